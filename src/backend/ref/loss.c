/* Losses, value by value in double, and the filter of SSIM. */
#include "ref.h"

#include <math.h>

/* The function at (y, target), and its derivative by y. */
typedef struct point {
    double value, derivative;
} point;
typedef point function(double y, double target, double delta);

static point square(double y, double target, double delta)
{
    (void)delta;
    double difference = y - target;
    return (point){difference * difference, 2.0 * difference};
}

/* A difference of 0 or NaN is its own sign. */
static point absolute(double y, double target, double delta)
{
    (void)delta;
    double difference = y - target;
    double sign = difference > 0.0 ? 1.0 : difference < 0.0 ? -1.0 : difference;
    return (point){fabs(difference), sign};
}

static point huber(double y, double target, double delta)
{
    double difference = y - target;
    if (fabs(difference) > delta) {
        return (point){delta * (fabs(difference) - delta / 2.0), copysign(delta, difference)};
    }
    return (point){difference * difference / 2.0, difference};
}

static double bounded_log(double x)
{
    double value = log(x);
    return value < -100.0 ? -100.0 : value; /* this way round so that NaN stays NaN */
}

static point cross_entropy(double y, double target, double delta)
{
    (void)delta;
    double spread = y * (1.0 - y);
    return (point){-(target * bounded_log(y) + (1.0 - target) * bounded_log(1.0 - y)),
                   (y - target) / (spread > 1e-12 ? spread : 1e-12)};
}

static void apply(function *f, double delta, int n, int64_t count, const float *y,
                  const float *target, float scale, double *sums, float *dy)
{
    for (int k = 0; k < n; k++) {
        sums[k] = 0.0;
        for (int64_t i = k * count; i < (k + 1) * count; i++) {
            point at = f(y[i], target[i], delta);
            sums[k] += at.value;
            if (dy != NULL) {
                dy[i] = (float)(scale * at.derivative);
            }
        }
    }
}

void ls_ref_mse(int n, int64_t count, const float *y, const float *target, float scale,
                double *sums, float *dy)
{
    apply(square, 0.0, n, count, y, target, scale, sums, dy);
}

void ls_ref_mae(int n, int64_t count, const float *y, const float *target, float scale,
                double *sums, float *dy)
{
    apply(absolute, 0.0, n, count, y, target, scale, sums, dy);
}

void ls_ref_huber(int n, int64_t count, const float *y, const float *target, float delta,
                  float scale, double *sums, float *dy)
{
    apply(huber, delta, n, count, y, target, scale, sums, dy);
}

void ls_ref_bce(int n, int64_t count, const float *y, const float *target, float scale,
                double *sums, float *dy)
{
    apply(cross_entropy, 0.0, n, count, y, target, scale, sums, dy);
}

void ls_ref_filter(const ls_filter *s, const double *x, double *y)
{
    for (int64_t r = 0; r < s->rows; r++) {
        for (int64_t j = 0; j < s->count; j++) {
            double sum = 0.0;
            for (int i = 0; i < s->taps; i++) {
                sum += s->weights[i] * x[r * s->x_line + j + i * s->step];
            }
            y[r * s->y_line + j] = sum;
        }
    }
}
