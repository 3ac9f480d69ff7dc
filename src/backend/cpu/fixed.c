/* Gradients as fixed point, and back: arithmetic that is exact but for one rounding, so that every
 * kernel set, and `ref`, gives the same bits. */
#include "cpu.h"

#include <string.h>

/* Numbers checked and then added while in the nearest cache. */
#define BLOCK 1024
/* Added to |x| <= 2^51, it rounds x to the nearest integer, ties to even. */
#define SHIFT 0x1.8p52

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

/* The largest magnitude. As integers the bits of magnitudes are ordered as their values are, with
 * NaN above infinity. */
static inline float largest(int64_t count, const float *g)
{
    uint32_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, g + i, sizeof bits);
        bits &= 0x7fffffffu;
        most = bits > most ? bits : most;
    }
    float value;
    memcpy(&value, &most, sizeof value);
    return value;
}

bool LS_SET(ls_cpu_fixed_add)(int64_t count, float limit, float *restrict g,
                              int64_t *restrict total)
{
    bool inside = true;
    for (int64_t done = 0; done < count; done += BLOCK, g += BLOCK, total += BLOCK) {
        int64_t block = count - done < BLOCK ? count - done : BLOCK;
        if (!(largest(block, g) < limit)) { /* NaN too */
            inside = false;
            memset(g, 0, sizeof *g * (size_t)block);
            continue;
        }
        for (int64_t i = 0; i < block; i++) {
            total[i] += fixed(g[i]);
            g[i] = 0.0f;
        }
    }
    return inside;
}

void LS_SET(ls_cpu_fixed_to_float)(int64_t count, const int64_t *restrict total, float *restrict g)
{
    for (int64_t i = 0; i < count; i++) {
        g[i] = (float)total[i] * 0x1p-44f;
    }
}
