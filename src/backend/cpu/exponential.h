/* exp of our own, which the compiler turns into vectors: libm's bits differ from CPU to CPU and
 * version to version, these do not. */
#ifndef LOCKSTEP_BACKEND_CPU_EXPONENTIAL_H
#define LOCKSTEP_BACKEND_CPU_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

/* e^x = 2^k (1 + p): x = k ln 2 + r with |r| <= ln 2 / 2, and p = e^r - 1 by a polynomial (Taylor
 * to r^8: error below 2^-27 of r). For x in [-87, 88]. */
typedef struct exponential {
    float power; /* 2^k */
    float p;
} exponential;

static inline exponential exponential_parts(float x)
{
    const float shift = 0x1.8p23f; /* adding it rounds to an integer */
    float shifted = x * 0x1.715476p0f + shift;
    float k = shifted - shift;
    float r = x - k * 0x1.62e4p-1f; /* ln 2 in two parts; the first product is exact */
    r = r - k * 0x1.7f7d1cp-20f;
    float s = 0x1.a01a02p-16f;
    s = s * r + 0x1.a01a02p-13f;
    s = s * r + 0x1.6c16c2p-10f;
    s = s * r + 0x1.111112p-7f;
    s = s * r + 0x1.555556p-5f;
    s = s * r + 0x1.555556p-3f;
    s = s * r + 0.5f;
    exponential e = {.p = (s * r) * r + r};
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u; /* the low bits of `shifted` are k */
    memcpy(&e.power, &bits, sizeof bits);
    return e;
}

#endif
