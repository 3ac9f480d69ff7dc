/* Vectors of gradients as fixed point (lockstep/backend/ops.h: fixed_add), in registers. */
#ifndef LOCKSTEP_BACKEND_CPU_FIXED_H
#define LOCKSTEP_BACKEND_CPU_FIXED_H

#include "vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Added to |x| <= 2^51, it rounds x to the nearest integer, ties to even. */
#define LS_FIXED_ROUNDER 0x1.8p52

/* ls_fixed_add_vector: total[0..LS_VEC) += LS_FIXED_EXCESS + round(v * 2^44), for magnitudes below
 * LS_FIXED_DIRECT. The excess is what rounding leaves: whoever begins a total takes it away for
 * each addend that will come, in arithmetic modulo 2^64. */
#if LS_VEC == 16
#define LS_FIXED_DIRECT 0x1p19F
#define LS_FIXED_EXCESS UINT64_C(0)

/* AVX-512 turns float32 into the nearest int64 at once, and g * 2^44 is exact in float32. */
static LS_ALWAYS_INLINE void ls_fixed_add_eight(__m256 scaled, bool first, int64_t *total)
{
    __m512i value = _mm512_cvtps_epi64(scaled);
    value = first ? value : _mm512_add_epi64(value, _mm512_loadu_si512(total));
    _mm512_storeu_si512(total, value);
}

static LS_ALWAYS_INLINE void ls_fixed_add_sixteen(ls_vec v, bool first, int64_t *total)
{
    ls_vec scaled = v * ls_vec_splat(0x1p44F);
    ls_fixed_add_eight(_mm512_castps512_ps256(scaled), first, total);
    ls_fixed_add_eight(_mm512_extractf32x8_ps(scaled, 1), first, total + 8);
}

static LS_ALWAYS_INLINE void ls_fixed_add_vector(ls_vec v, int64_t *total)
{
    ls_fixed_add_sixteen(v, false, total);
}
#else
#define LS_FIXED_DIRECT 0x1p7F
#define LS_FIXED_EXCESS UINT64_C(0x4338000000000000) /* the rounder's bits */

#if LS_VEC == 8
static LS_ALWAYS_INLINE void ls_fixed_add_four(__m128 v, int64_t *total)
{
    __m256d shifted = _mm256_fmadd_pd(_mm256_cvtps_pd(v), _mm256_set1_pd(0x1p44),
                                      _mm256_set1_pd(LS_FIXED_ROUNDER));
    __m256i *to = (__m256i *)(void *)total;
    _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_castpd_si256(shifted), _mm256_loadu_si256(to)));
}

static LS_ALWAYS_INLINE void ls_fixed_add_vector(ls_vec v, int64_t *total)
{
    ls_fixed_add_four(_mm256_castps256_ps128(v), total);
    ls_fixed_add_four(_mm256_extractf128_ps(v, 1), total + 4);
}
#else
static LS_ALWAYS_INLINE void ls_fixed_add_vector(ls_vec v, int64_t *total)
{
    for (int i = 0; i < LS_VEC; i++) {
        double shifted = (double)v[i] * 0x1p44 + LS_FIXED_ROUNDER;
        uint64_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        total[i] = (int64_t)((uint64_t)total[i] + bits);
    }
}
#endif
#endif

#endif
