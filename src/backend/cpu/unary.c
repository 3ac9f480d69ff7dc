/* Functions of one number, as loops that the compiler turns into vectors. exp is our own: libm's
 * bits differ from CPU to CPU and version to version, these do not. */
#include "cpu.h"

#include <string.h>

/* e^x within 2 units in the last place, for x in [-87, 88]: x = k ln 2 + r with |r| <= ln 2 / 2, a
 * polynomial for e^r (Taylor to r^7: error below 2^-26), and k put into the exponent. */
static inline float exponential(float x)
{
    const float shift = 0x1.8p23f; /* adding it rounds to an integer */
    float shifted = x * 0x1.715476p0f + shift;
    float k = shifted - shift;
    float r = x - k * 0x1.62e4p-1f; /* ln 2 in two parts; the first product is exact */
    r = r - k * 0x1.7f7d1cp-20f;
    float s = 0x1.a01a02p-13f;
    s = s * r + 0x1.6c16c2p-10f;
    s = s * r + 0x1.111112p-7f;
    s = s * r + 0x1.555556p-5f;
    s = s * r + 0x1.555556p-3f;
    s = s * r + 0.5f;
    float e = (s * r) * r + r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u; /* 2^k: the low bits of `shifted` are k */
    float power;
    memcpy(&power, &bits, sizeof power);
    return e * power;
}

static inline float clamp(float x, float limit)
{
    x = x < -limit ? -limit : x; /* this way round so that NaN stays NaN */
    return x > limit ? limit : x;
}

/* 1 / (1 + e^-x) = e^x / (1 + e^x); by the first beyond -87 nothing overflows. */
static inline float sigmoid(float x)
{
    return 1.0f / (1.0f + exponential(-clamp(x, 87.0f)));
}

/* Near 0 the quotient would cancel: there the odd Taylor polynomial to x^9 (error 2^-26). */
static inline float hyperbolic_tangent(float x)
{
    float t = exponential(2.0f * clamp(x, 10.0f));
    float far = 1.0f - 2.0f / (t + 1.0f);
    float z = x * x;
    float p = 0x1.664f48p-6f;
    p = p * z - 0x1.ba1ba2p-5f;
    p = p * z + 0x1.111112p-3f;
    p = p * z - 0x1.555556p-2f;
    float near = x + x * (z * p);
    return z < 0.0625f ? near : far;
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
