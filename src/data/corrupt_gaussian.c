/* gaussian: white noise on every value, whose standard deviation each image draws from a range
 * (equal ends: fixed). The sum is not clamped, as in DnCNN (Zhang et al., IEEE Transactions on
 * Image Processing 26, 2017), whose blind range is 0 to 55. Stream: block 0 for the deviation, then
 * one number a value. */
#include "corruption.h"

static ls_status check(const ls_corrupt *settings)
{
    LS_REQUIRE(settings->sigma_low <= settings->sigma_high, LS_BAD_INPUT,
               "corrupt.sigma_low = %g is above corrupt.sigma_high = %g", 255 * settings->sigma_low,
               255 * settings->sigma_high);
    return LS_OK;
}

static void run(const ls_corrupt_image *image)
{
    const ls_corrupt *s = image->settings;
    double u = ls_random_uniform(&image->key, 0);
    float sigma = (float)(s->sigma_low + (s->sigma_high - s->sigma_low) * u);
    int64_t count = ls_shape_count(s->shape);
    for (int64_t i = 0; i < count; i += 4) {
        uint32_t bits[4];
        ls_random_block(&image->key, (uint32_t)(1 + i / 4), bits);
        for (int k = 0; k < 4 && i + k < count; k++) {
            image->x[i + k] += sigma * ls_random_normal_of(bits[k]);
        }
    }
}

const ls_corruption ls_corruption_gaussian = {.name = "gaussian", .check = check, .run = run};
