/* Mean squared error with its gradient, and pixels as numbers. */
#include "cpu.h"

#define PARTS 16 /* partial sums of an image: a fixed number, so that bits depend on no CPU */

static double squares(int64_t count, const float *y, const float *target)
{
    double parts[PARTS] = {0.0};
    int64_t whole = count - count % PARTS;
    for (int64_t i = 0; i < whole; i += PARTS) {
        for (int j = 0; j < PARTS; j++) {
            double difference = (double)y[i + j] - (double)target[i + j];
            parts[j] += difference * difference;
        }
    }
    for (int64_t i = whole; i < count; i++) {
        double difference = (double)y[i] - (double)target[i];
        parts[0] += difference * difference;
    }
    double sum = 0.0;
    for (int j = 0; j < PARTS; j++) {
        sum += parts[j];
    }
    return sum;
}

void LS_SET(ls_cpu_mse)(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = squares(count, y + k * count, target + k * count);
    }
    float twice = 2.0f * scale;
    for (int64_t i = 0; dy != NULL && i < n * count; i++) {
        dy[i] = twice * (y[i] - target[i]);
    }
}

void LS_SET(ls_cpu_images_to_float)(int64_t count, const uint8_t *pixels, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] = (float)pixels[i] / 255.0f;
    }
}
