/* Mean squared error with its gradient, and pixels as numbers. */
#include "cpu.h"

#define PARTS 16 /* partial sums of an image: a fixed number, so that bits depend on no CPU */

void LS_SET(ls_cpu_mse)(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy)
{
    for (int k = 0; k < n; k++, y += count, target += count) {
        double parts[PARTS] = {0.0};
        for (int64_t i = 0; i < count; i++) {
            double difference = (double)y[i] - target[i];
            parts[i % PARTS] += difference * difference;
        }
        sums[k] = 0.0;
        for (int i = 0; i < PARTS; i++) {
            sums[k] += parts[i];
        }
        if (dy != NULL) {
            for (int64_t i = 0; i < count; i++) {
                dy[k * count + i] = 2.0f * scale * (y[i] - target[i]);
            }
        }
    }
}

void LS_SET(ls_cpu_images_to_float)(int64_t count, const uint8_t *pixels, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] = (float)pixels[i] / 255.0f;
    }
}
