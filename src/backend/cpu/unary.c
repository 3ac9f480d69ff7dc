/* Functions of one number, as loops that the compiler turns into vectors. */
#include "cpu.h"
#include "exponential.h"

static inline float clamp(float x, float limit)
{
    x = x < -limit ? -limit : x; /* this way round so that NaN stays NaN */
    return x > limit ? limit : x;
}

/* 1 / (1 + e^-x); beyond 87 it is 1 or below 2^-125, and nothing overflows. */
static inline float sigmoid(float x)
{
    exponential e = exponential_parts(-clamp(x, 87.0f));
    return 1.0f / (1.0f + (e.power + e.power * e.p));
}

/* m / (m + 2) with m = e^2x - 1, which loses nothing near 0; beyond 10 it is 1 in float32. */
static inline float hyperbolic_tangent(float x)
{
    exponential e = exponential_parts(2.0f * clamp(x, 10.0f));
    float m = e.power * e.p + (e.power - 1.0f);
    return m / (m + 2.0f);
}

void LS_SET(ls_cpu_unary_forward)(ls_unary kind, float slope, int64_t count, const float *x,
                                  float *y)
{
    switch (kind) {
    case LS_RELU:
        for (int64_t i = 0; i < count; i++) {
            y[i] = x[i] < 0.0f ? 0.0f : x[i];
        }
        break;
    case LS_LEAKY_RELU:
        for (int64_t i = 0; i < count; i++) {
            y[i] = x[i] < 0.0f ? slope * x[i] : x[i];
        }
        break;
    case LS_TANH:
        for (int64_t i = 0; i < count; i++) {
            y[i] = hyperbolic_tangent(x[i]);
        }
        break;
    case LS_SIGMOID:
        for (int64_t i = 0; i < count; i++) {
            y[i] = sigmoid(x[i]);
        }
        break;
    }
}

void LS_SET(ls_cpu_unary_backward)(ls_unary kind, float slope, int64_t count, const float *y,
                                   const float *dy, float *dx)
{
    switch (kind) {
    case LS_RELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = y[i] > 0.0f ? dy[i] : 0.0f;
        }
        break;
    case LS_LEAKY_RELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (y[i] > 0.0f ? 1.0f : slope);
        }
        break;
    case LS_TANH:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (1.0f - y[i] * y[i]);
        }
        break;
    case LS_SIGMOID:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (y[i] * (1.0f - y[i]));
        }
        break;
    }
}

void LS_SET(ls_cpu_add)(int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++) {
        y[i] += x[i];
    }
}
