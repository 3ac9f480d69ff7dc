/* downscale: the image made smaller by a factor, each of its pixels the mean of a box, and brought
 * back to its size by bilinear interpolation between the boxes' centres: the input of networks for
 * super-resolution that work at full size (SRCNN: Dong et al., ECCV 2014). Nothing is random. */
#include "corruption.h"

static ls_status check(const ls_corrupt *settings)
{
    char text[LS_SHAPE_CHARS];
    LS_REQUIRE(settings->shape.h % settings->factor == 0 &&
                   settings->shape.w % settings->factor == 0,
               LS_BAD_INPUT, "corrupt.factor = %d does not divide the sides of images %s",
               settings->factor, ls_shape_text(settings->shape, text));
    return LS_OK;
}

/* The mean of the factor x factor values from x on of one channel. */
static float box_mean(const float *x, ls_shape s, int factor)
{
    float sum = 0;
    for (int y = 0; y < factor; y++) {
        for (int i = 0; i < factor; i++) {
            sum += x[((int64_t)y * s.w + i) * s.c];
        }
    }
    return sum / (float)(factor * factor);
}

/* x: [shape]; small: [h / factor, w / factor, c] */
static void shrink(const float *x, ls_shape s, int factor, float *small)
{
    for (int y = 0; y < s.h; y += factor) {
        for (int i = 0; i < s.w; i += factor) {
            for (int c = 0; c < s.c; c++) {
                *small++ = box_mean(x + ((int64_t)y * s.w + i) * s.c + c, s, factor);
            }
        }
    }
}

/* Two neighbours among `count` small pixels, and the weight of the second, for pixel i. */
typedef struct between {
    int low, high;
    float weight;
} between;

static between find_neighbours(int i, int factor, int count)
{
    float at = ((float)i + 0.5F) / (float)factor - 0.5F;
    int low = at < 0 ? 0 : (int)at;
    between b = {.low = low, .high = low + 1 < count ? low + 1 : low};
    b.weight = at < 0 ? 0 : at - (float)low;
    return b;
}

static float mix(float a, float b, float weight)
{
    return a + weight * (b - a);
}

static void enlarge(const float *small, ls_shape s, int factor, float *x)
{
    int w = s.w / factor;
    for (int y = 0; y < s.h; y++) {
        between v = find_neighbours(y, factor, s.h / factor);
        const float *above = small + (int64_t)v.low * w * s.c;
        const float *below = small + (int64_t)v.high * w * s.c;
        for (int i = 0; i < s.w; i++) {
            between u = find_neighbours(i, factor, w);
            for (int c = 0; c < s.c; c++) {
                int64_t left = (int64_t)u.low * s.c + c;
                int64_t right = (int64_t)u.high * s.c + c;
                *x++ = mix(mix(above[left], above[right], u.weight),
                           mix(below[left], below[right], u.weight), v.weight);
            }
        }
    }
}

static void run(const ls_corrupt_image *image)
{
    const ls_corrupt *s = image->settings;
    shrink(image->x, s->shape, s->factor, image->spare);
    enlarge(image->spare, s->shape, s->factor, image->x);
}

const ls_corruption ls_corruption_downscale = {.name = "downscale", .check = check, .run = run};
