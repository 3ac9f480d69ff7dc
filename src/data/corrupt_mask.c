/* mask: a given share of the pixels, chosen at random, becomes 0 in all channels (Vincent et al.
 * 2010, section 3.3: masking noise). */
#include "corruption.h"

#include <string.h>

static void run(const ls_corrupt_image *image)
{
    const ls_corrupt *s = image->settings;
    int64_t pixels = (int64_t)s->shape.h * s->shape.w;
    size_t pixel = (size_t)s->shape.c;
    ls_chooser chooser = {
        .key = &image->key, .left = pixels, .wanted = ls_chooser_share(s->fraction, pixels)};
    for (int64_t i = 0; i < pixels; i++) {
        if (ls_chooser_next(&chooser)) {
            memset(image->x + (size_t)i * pixel, 0, sizeof(float) * pixel);
        }
    }
}

const ls_corruption ls_corruption_mask = {.name = "mask", .run = run};
