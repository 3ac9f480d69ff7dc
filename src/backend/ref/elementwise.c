/* Functions of one number, the optimizers and pixels: each one loop, in double where a sum or a
 * function of libm is involved. */
#include "ref.h"

#include <math.h>

static double apply(ls_unary kind, float slope, double x)
{
    switch (kind) {
    case LS_RELU:
        return x < 0.0 ? 0.0 : x; /* this way round so that NaN stays NaN */
    case LS_LEAKY_RELU:
        return x < 0.0 ? slope * x : x;
    case LS_TANH:
        return tanh(x);
    case LS_SIGMOID:
        return 1.0 / (1.0 + exp(-x));
    }
    return (double)NAN;
}

/* The derivative at x by y = apply(x). */
static double derivative(ls_unary kind, float slope, double y)
{
    switch (kind) {
    case LS_RELU:
        return y > 0.0 ? 1.0 : 0.0;
    case LS_LEAKY_RELU:
        return y > 0.0 ? 1.0 : slope;
    case LS_TANH:
        return 1.0 - y * y;
    case LS_SIGMOID:
        return y * (1.0 - y);
    }
    return (double)NAN;
}

void ls_ref_unary_forward(ls_unary kind, float slope, int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++) {
        y[i] = (float)apply(kind, slope, x[i]);
    }
}

void ls_ref_unary_backward(ls_unary kind, float slope, int64_t count, const float *y,
                           const float *dy, float *dx)
{
    for (int64_t i = 0; i < count; i++) {
        dx[i] = (float)(dy[i] * derivative(kind, slope, y[i]));
    }
}

void ls_ref_add(int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++) {
        y[i] += x[i];
    }
}

void ls_ref_adam(const ls_adam *s, int64_t count, float *w, const float *g, float *m, float *v)
{
    for (int64_t i = 0; i < count; i++) {
        double first = s->beta1 * (double)m[i] + (1.0 - s->beta1) * g[i];
        double second = s->beta2 * (double)v[i] + (1.0 - s->beta2) * g[i] * g[i];
        m[i] = (float)first;
        v[i] = (float)second;
        w[i] = (float)(w[i] - s->step_size * first / (sqrt(second) * s->root_scale + s->eps));
    }
}

void ls_ref_sgd(const ls_sgd *s, int64_t count, float *w, const float *g, float *m)
{
    for (int64_t i = 0; i < count; i++) {
        double momentum = s->momentum * (double)m[i] + g[i];
        m[i] = (float)momentum;
        w[i] = (float)(w[i] - s->lr * momentum);
    }
}

void ls_ref_images_to_float(int64_t count, const uint8_t *pixels, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] = (float)pixels[i] / 255.0f;
    }
}
