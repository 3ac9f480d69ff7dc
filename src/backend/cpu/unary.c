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

/* e^x - 1, which loses nothing near 0; -1 in float32 below -87. */
static inline float exponential_minus_1(float x)
{
    exponential e = exponential_parts(clamp(x, 87.0f));
    return e.power * e.p + (e.power - 1.0f);
}

/* s = sigmoid(x) and 1 - s, which keeps its digits where s is near 1. */
typedef struct gate {
    float s, rest;
} gate;

static inline gate gate_of(float x)
{
    exponential e = exponential_parts(-clamp(x, 87.0f));
    float inverse = e.power + e.power * e.p;
    float s = 1.0f / (1.0f + inverse);
    return (gate){s, inverse * s};
}

/* gelu(x) = x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3) (Hendrycks and Gimpel 2016,
 * section 2) is x sigmoid(2 u). Beyond 10, where sigmoid is 0 or 1, 2 u stays as it is there. */
static inline float gelu_gate(float x)
{
    float z = clamp(x, 10.0f);
    return 0x1.988454p0f * (z + 0.044715f * z * (z * z));
}

static inline float gelu_derivative(float x)
{
    float z = clamp(x, 10.0f);
    gate g = gate_of(gelu_gate(z));
    return g.s + z * (g.s * g.rest) * (0x1.988454p0f * (1.0f + 0.134145f * (z * z)));
}

static inline float silu_derivative(float x)
{
    float z = clamp(x, 87.0f);
    gate g = gate_of(z);
    return g.s + z * (g.s * g.rest);
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
    case LS_ELU:
        for (int64_t i = 0; i < count; i++) {
            float below = slope * exponential_minus_1(x[i]);
            y[i] = x[i] > 0.0f ? x[i] : below;
        }
        break;
    case LS_GELU:
        for (int64_t i = 0; i < count; i++) {
            y[i] = x[i] * sigmoid(gelu_gate(x[i]));
        }
        break;
    case LS_SILU:
        for (int64_t i = 0; i < count; i++) {
            y[i] = x[i] * sigmoid(x[i]);
        }
        break;
    }
}

void LS_SET(ls_cpu_unary_backward)(ls_unary kind, float slope, int64_t count, const float *at,
                                   const float *dy, float *dx)
{
    switch (kind) {
    case LS_RELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = at[i] > 0.0f ? dy[i] : 0.0f;
        }
        break;
    case LS_LEAKY_RELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (at[i] > 0.0f ? 1.0f : slope);
        }
        break;
    case LS_TANH:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (1.0f - at[i] * at[i]);
        }
        break;
    case LS_SIGMOID:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (at[i] * (1.0f - at[i]));
        }
        break;
    case LS_ELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * (at[i] > 0.0f ? 1.0f : at[i] + slope);
        }
        break;
    case LS_GELU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * gelu_derivative(at[i]);
        }
        break;
    case LS_SILU:
        for (int64_t i = 0; i < count; i++) {
            dx[i] = dy[i] * silu_derivative(at[i]);
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
