/* Gradients as fixed point, and back: arithmetic that is exact but for one rounding, so that every
 * kernel set, and `ref`, gives the same bits. */
#include "cpu.h"

#include <string.h>

#define SHIFT 0x1.8p52 /* added to |x| <= 2^51, it rounds x to the nearest integer, ties to even   \
                        */

/* x as int64, where x is an integer after rounding by SHIFT. */
static inline int64_t whole(double shifted)
{
    const double shift = SHIFT;
    int64_t bits;
    int64_t zero;
    memcpy(&bits, &shifted, sizeof bits);
    memcpy(&zero, &shift, sizeof zero);
    return bits - zero;
}

/* The integer nearest to g * 2^44 for |g| < 2^19, in two parts that both fit the rounding above:
 * g * 2^44 = high * 2^32 + low, |low| <= 2^31. Multiples of 2^32 are even, so ties stay ties. */
static inline int64_t fixed(float g)
{
    double x = (double)g * 0x1p44;
    double high = x * 0x1p-32 + SHIFT;
    double low = x - (high - SHIFT) * 0x1p32;
    return (int64_t)((uint64_t)whole(high) << 32) + whole(low + SHIFT);
}

bool LS_SET(ls_cpu_fixed_add)(int64_t count, float limit, float *restrict g,
                              int64_t *restrict total)
{
    int32_t outside = 0;
    for (int64_t i = 0; i < count; i++) {
        float magnitude = g[i] < 0.0f ? -g[i] : g[i];
        int32_t inside = magnitude < limit; /* not for NaN */
        outside |= !inside;
        total[i] += fixed(inside ? g[i] : 0.0f);
        g[i] = 0.0f;
    }
    return outside == 0;
}

void LS_SET(ls_cpu_fixed_to_float)(int64_t count, const int64_t *restrict total, float *restrict g)
{
    for (int64_t i = 0; i < count; i++) {
        g[i] = (float)total[i] * 0x1p-44f;
    }
}
