/* Gradients as fixed point, and back: arithmetic that is exact but for one rounding, so that every
 * kernel set, and `ref`, gives the same bits. */
#include "fixed.h"

#include "cpu.h"

#include <string.h>

/* Numbers checked and then added while in the nearest cache. */
#define BLOCK 1024

/* As integers the bits of magnitudes are ordered as their values are, with
 * NaN above infinity. */
float LS_SET(ls_cpu_largest)(int64_t count, const float *g)
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

#if LS_VEC == 16
/* All in one pass. */
static LS_ALWAYS_INLINE __m512i add_sixteen(bool first, float *g, int64_t *total)
{
    __m512 values = _mm512_loadu_ps(g);
    ls_fixed_add_sixteen(values, first, total);
    _mm512_storeu_ps(g, _mm512_setzero_ps());
    return _mm512_and_si512(_mm512_castps_si512(values), _mm512_set1_epi32(0x7fffffff));
}

/* Adds [count] and returns the largest magnitude's bits. */
static LS_ALWAYS_INLINE uint32_t add_all(int64_t count, bool first, float *g, int64_t *total)
{
    __m512i most = _mm512_setzero_si512();
    int64_t done = 0;
    for (; done + 16 <= count; done += 16) {
        most = _mm512_max_epu32(most, add_sixteen(first, g + done, total + done));
    }
    if (done < count) { /* the rest, among zeros */
        float rest[16] = {0.0F};
        int64_t sums[16] = {0};
        size_t left = (size_t)(count - done);
        memcpy(rest, g + done, left * sizeof *g);
        memcpy(sums, total + done, left * sizeof *total);
        most = _mm512_max_epu32(most, add_sixteen(first, rest, sums));
        memset(g + done, 0, left * sizeof *g);
        memcpy(total + done, sums, left * sizeof *total);
    }
    return _mm512_reduce_max_epu32(most);
}

bool LS_SET(ls_cpu_fixed_add)(int64_t count, float limit, bool first, float *restrict g,
                              int64_t *restrict total)
{
    uint32_t bits = first ? add_all(count, true, g, total) : add_all(count, false, g, total);
    float most;
    memcpy(&most, &bits, sizeof most);
    if (!(most < limit)) { /* NaN too: nothing that could overflow is left to be added to others */
        memset(total, 0, sizeof *total * (size_t)count);
        return false;
    }
    return true;
}
#else
/* x as int64, where x is an integer after rounding by LS_FIXED_ROUNDER. */
static inline int64_t whole(double shifted)
{
    const double shift = LS_FIXED_ROUNDER;
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
    double high = x * 0x1p-32 + LS_FIXED_ROUNDER;
    double low = x - (high - LS_FIXED_ROUNDER) * 0x1p32;
    return (int64_t)((uint64_t)whole(high) << 32) + whole(low + LS_FIXED_ROUNDER);
}

/* The same for |g| < LS_FIXED_DIRECT, where g * 2^44 fits the rounding at once. */
static inline int64_t fixed_small(float g)
{
    return whole((double)g * 0x1p44 + LS_FIXED_ROUNDER);
}

/* One block; `small`, `first` are constants where this is called. */
static LS_ALWAYS_INLINE void take(int64_t count, bool small, bool first, float *restrict g,
                                  int64_t *restrict total)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t value = small ? fixed_small(g[i]) : fixed(g[i]);
        total[i] = first ? value : total[i] + value;
        g[i] = 0.0f;
    }
}

bool LS_SET(ls_cpu_fixed_add)(int64_t count, float limit, bool first, float *restrict g,
                              int64_t *restrict total)
{
    bool inside = true;
    for (int64_t done = 0; done < count; done += BLOCK, g += BLOCK, total += BLOCK) {
        int64_t block = count - done < BLOCK ? count - done : BLOCK;
        float most = LS_SET(ls_cpu_largest)(block, g);
        if (!(most < limit)) { /* NaN too */
            inside = false;
            memset(g, 0, sizeof *g * (size_t)block);
        } else if (!(most < LS_FIXED_DIRECT)) {
            take(block, false, first, g, total);
        } else if (first) {
            take(block, true, true, g, total);
        } else {
            take(block, true, false, g, total);
        }
    }
    return inside;
}

/* total as double, exactly, for |total| <= 2^51: CPUs without AVX-512 have no such vectors. */
static inline double as_double(int64_t total)
{
    const double shift = LS_FIXED_ROUNDER;
    uint64_t bits;
    memcpy(&bits, &shift, sizeof bits);
    bits += (uint64_t)total;
    double shifted;
    memcpy(&shifted, &bits, sizeof shifted);
    return shifted - LS_FIXED_ROUNDER;
}

/* Returns whether all lie in [-2^51, 2^51); g is right only then. A number's bits, turned over
 * below zero, show its length. */
static bool small_to_float(int64_t count, const int64_t *restrict total, float *restrict g)
{
    uint64_t bits = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t value = (uint64_t)total[i];
        bits |= value ^ (0 - (value >> 63));
        g[i] = (float)as_double(total[i]) * 0x1p-44f;
    }
    return bits < UINT64_C(1) << 51;
}
#endif

void LS_SET(ls_cpu_fixed_to_float)(int64_t count, const int64_t *restrict total, float *restrict g)
{
#if LS_VEC == 16 /* has such vectors */
    for (int64_t i = 0; i < count; i++) {
        g[i] = (float)total[i] * 0x1p-44f;
    }
#else
    for (int64_t done = 0; done < count; done += BLOCK, g += BLOCK, total += BLOCK) {
        int64_t block = count - done < BLOCK ? count - done : BLOCK;
        if (!small_to_float(block, total, g)) {
            for (int64_t i = 0; i < block; i++) {
                g[i] = (float)total[i] * 0x1p-44f;
            }
        }
    }
#endif
}
