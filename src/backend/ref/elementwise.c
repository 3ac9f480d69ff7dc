/* Functions of one number, masks, the optimizers and pixels: each one loop, in double where a sum
 * or a function of libm is involved. */
#include "ref.h"

#include <math.h>

/* GELU by its tanh form (Hendrycks and Gimpel 2016, section 2): x (1 + tanh u) / 2 with
 * u = ROOT_2_PI (x + CUBIC x^3). */
#define ROOT_2_PI 0.79788456080286535588 /* sqrt(2 / pi) */
#define CUBIC     0.044715

static double gelu_tanh(double x)
{
    return tanh(ROOT_2_PI * (x + CUBIC * x * x * x));
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

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
        return sigmoid(x);
    case LS_ELU:
        return x > 0.0 ? x : slope * expm1(x);
    case LS_GELU:
        return 0.5 * x * (1.0 + gelu_tanh(x));
    case LS_SILU:
        return x * sigmoid(x);
    }
    return (double)NAN;
}

static double gelu_derivative(double x)
{
    double t = gelu_tanh(x);
    double inner = ROOT_2_PI * (1.0 + 3.0 * CUBIC * x * x);
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner;
}

static double silu_derivative(double x)
{
    double s = sigmoid(x);
    return s + x * s * (1.0 - s);
}

/* The derivative by y = apply(x); of a kind that ls_unary_needs_x, by x, which is given as y. */
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
    case LS_ELU:
        return y > 0.0 ? 1.0 : y + slope;
    case LS_GELU:
        return gelu_derivative(y);
    case LS_SILU:
        return silu_derivative(y);
    }
    return (double)NAN;
}

void ls_ref_unary_forward(ls_unary kind, float slope, int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++) {
        y[i] = (float)apply(kind, slope, x[i]);
    }
}

void ls_ref_unary_backward(ls_unary kind, float slope, int64_t count, const float *at,
                           const float *dy, float *dx)
{
    for (int64_t i = 0; i < count; i++) {
        dx[i] = (float)(dy[i] * derivative(kind, slope, at[i]));
    }
}

void ls_ref_prelu_forward(int64_t rows, int c, const float *slope, const float *x, float *y)
{
    for (int64_t i = 0; i < rows * c; i++) {
        y[i] = x[i] > 0.0f ? x[i] : slope[i % c] * x[i];
    }
}

void ls_ref_prelu_dx(int64_t rows, int c, const float *slope, const float *x, const float *dy,
                     float *dx)
{
    for (int64_t i = 0; i < rows * c; i++) {
        dx[i] = x[i] > 0.0f ? dy[i] : slope[i % c] * dy[i];
    }
}

void ls_ref_prelu_dslope(int64_t rows, int c, const float *x, const float *dy, float *dslope)
{
    for (int k = 0; k < c; k++) {
        double sum = dslope[k];
        for (int64_t i = k; i < rows * c; i += c) {
            sum += x[i] > 0.0f ? 0.0 : (double)x[i] * dy[i];
        }
        dslope[k] = (float)sum;
    }
}

void ls_ref_draw(const ls_random_key *key, uint32_t limit, int64_t count, uint8_t *keep)
{
    for (int64_t i = 0; i < count; i++) {
        keep[i] = ls_random_bits(key, (uint32_t)i) >= limit;
    }
}

void ls_ref_mask(int64_t rows, int64_t width, const uint8_t *keep, float scale, const float *x,
                 float *y)
{
    for (int64_t i = 0; i < rows * width; i++) {
        y[i] = x[i] * ((float)keep[i % width] * scale);
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
