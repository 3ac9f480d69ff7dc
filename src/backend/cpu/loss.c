/* Losses with their gradients, value by value, as loops that the compiler turns into vectors; and
 * pixels as numbers. */
#include "cpu.h"
#include "vec.h"

#include <math.h>
#include <string.h>

#define PARTS 16 /* partial sums of an image: a fixed number, so that bits depend on no CPU */

/* A loss of one value; `delta` is huber's. */
typedef double term(float y, float target, float delta);

static LS_ALWAYS_INLINE double sum_of(term *f, float delta, int64_t count, const float *y,
                                      const float *target)
{
    double parts[PARTS] = {0.0};
    int64_t whole = count - count % PARTS;
    for (int64_t i = 0; i < whole; i += PARTS) {
        for (int j = 0; j < PARTS; j++) {
            parts[j] += f(y[i + j], target[i + j], delta);
        }
    }
    for (int64_t i = whole; i < count; i++) {
        parts[0] += f(y[i], target[i], delta);
    }
    double sum = 0.0;
    for (int j = 0; j < PARTS; j++) {
        sum += parts[j];
    }
    return sum;
}

static LS_ALWAYS_INLINE double square(float y, float target, float delta)
{
    (void)delta;
    double difference = (double)y - (double)target;
    return difference * difference;
}

void LS_SET(ls_cpu_mse)(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = sum_of(square, 0.0f, count, y + k * count, target + k * count);
    }
    float twice = 2.0f * scale;
    for (int64_t i = 0; dy != NULL && i < n * count; i++) {
        dy[i] = twice * (y[i] - target[i]);
    }
}

static LS_ALWAYS_INLINE double absolute(float y, float target, float delta)
{
    (void)delta;
    return fabs((double)y - (double)target);
}

void LS_SET(ls_cpu_mae)(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = sum_of(absolute, 0.0f, count, y + k * count, target + k * count);
    }
    for (int64_t i = 0; dy != NULL && i < n * count; i++) {
        float difference = y[i] - target[i];
        float sign = difference < 0.0f ? -scale : difference; /* of 0 or NaN it is its own */
        dy[i] = difference > 0.0f ? scale : sign;
    }
}

/* With c = |d|, limited to delta: c (|d| - c / 2) is d^2 / 2 within and delta (|d| - delta / 2)
 * beyond. */
static LS_ALWAYS_INLINE double huber(float y, float target, float delta)
{
    double size = fabs((double)y - (double)target);
    double limited = size > (double)delta ? (double)delta : size;
    return limited * (size - 0.5 * limited);
}

void LS_SET(ls_cpu_huber)(int n, int64_t count, const float *y, const float *target, float delta,
                          float scale, double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = sum_of(huber, delta, count, y + k * count, target + k * count);
    }
    for (int64_t i = 0; dy != NULL && i < n * count; i++) {
        float difference = y[i] - target[i];
        float limited = difference < -delta ? -delta : difference;
        limited = limited > delta ? delta : limited; /* this way round so that NaN stays NaN */
        dy[i] = scale * limited;
    }
}

/* ln x = k ln 2 + ln m: x = 2^k m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 atanh(s) with
 * s = (m - 1) / (m + 1), |s| < 0.172, by its series to s^9: error below 2^-28 of it. Numbers below
 * 2^-126 are scaled first; 0 gives less than -100, negative numbers and NaN give NaN. */
static LS_ALWAYS_INLINE float logarithm(float x)
{
    const uint32_t root_half = 0x3f3504f3u;
    float scaled = x < 0x1p-126f ? x * 0x1p24f : x;
    uint32_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    int32_t exponent = (int32_t)(bits - root_half) >> 23;
    bits -= (uint32_t)exponent << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    float k = (float)exponent - (x < 0x1p-126f ? 24.0f : 0.0f);
    float s = (m - 1.0f) / (m + 1.0f);
    float z = s * s;
    float series = 0x1.c71c72p-3f; /* 2/9 */
    series = series * z + 0x1.24924ap-2f;
    series = series * z + 0x1.99999ap-2f;
    series = series * z + 0x1.555556p-1f;
    float log_m = 2.0f * s + s * (z * series);
    /* ln 2 in two parts; the first product is exact */
    float log_x = k * 0x1.62e4p-1f + (log_m + k * 0x1.7f7d1cp-20f);
    return x >= 0.0f ? log_x : (float)NAN;
}

static LS_ALWAYS_INLINE double bounded_log(float x)
{
    float value = logarithm(x);
    return (double)(value < -100.0f ? -100.0f : value);
}

static LS_ALWAYS_INLINE double cross_entropy(float y, float target, float delta)
{
    (void)delta;
    double t = (double)target;
    return -(t * bounded_log(y) + (1.0 - t) * bounded_log(1.0f - y));
}

void LS_SET(ls_cpu_bce)(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = sum_of(cross_entropy, 0.0f, count, y + k * count, target + k * count);
    }
    for (int64_t i = 0; dy != NULL && i < n * count; i++) {
        float spread = y[i] * (1.0f - y[i]);
        dy[i] = scale * ((y[i] - target[i]) / (spread > 1e-12f ? spread : 1e-12f));
    }
}

void LS_SET(ls_cpu_images_to_float)(int64_t count, const uint8_t *pixels, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] = (float)pixels[i] / 255.0f;
    }
}
