/* salt_pepper: a given share of the values, chosen at random, becomes 0 or 1 by the toss of a coin,
 * each channel on its own (Vincent et al. 2010, section 3.3). */
#include "corruption.h"

static void run(const ls_corrupt_image *image)
{
    const ls_corrupt *s = image->settings;
    int64_t count = ls_shape_count(s->shape);
    ls_chooser chooser = {
        .key = &image->key, .left = count, .wanted = ls_chooser_share(s->fraction, count)};
    for (int64_t i = 0; i < count; i++) {
        if (ls_chooser_next(&chooser)) {
            image->x[i] = ls_chooser_coin(&chooser) ? 1 : 0;
        }
    }
}

const ls_corruption ls_corruption_salt_pepper = {.name = "salt_pepper", .run = run};
