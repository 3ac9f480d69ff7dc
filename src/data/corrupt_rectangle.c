/* rectangle: one rectangle of a given share of each side, anywhere in the image, becomes 0: what
 * inpainting fills. */
#include "corruption.h"

#include <string.h>

/* At least a pixel. */
static int side(double share, int whole)
{
    int part = (int)(share * whole + 0.5);
    return part > 0 ? part : 1;
}

static void run(const ls_corrupt_image *image)
{
    ls_shape s = image->settings->shape;
    int h = side(image->settings->rectangle, s.h);
    int w = side(image->settings->rectangle, s.w);
    size_t top = ls_random_below(&image->key, 0, (uint32_t)(s.h - h + 1));
    size_t left = ls_random_below(&image->key, 1, (uint32_t)(s.w - w + 1));
    for (size_t row = top; row < top + (size_t)h; row++) {
        memset(image->x + (row * (size_t)s.w + left) * (size_t)s.c, 0,
               sizeof(float) * (size_t)w * (size_t)s.c);
    }
}

const ls_corruption ls_corruption_rectangle = {.name = "rectangle", .run = run};
