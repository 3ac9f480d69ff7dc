/* Choices and bytes for vectors (vec.h): what fused max pooling needs, and vectors of which only
 * the first numbers exist. */
#ifndef LOCKSTEP_BACKEND_CPU_VEC_MASK_H
#define LOCKSTEP_BACKEND_CPU_VEC_MASK_H

#include "vec.h"

#include <stdint.h>
#include <string.h>

/* ls_vec_max: a > b ? a : b, so b where either is NaN or both are zeros.
 * ls_vec_beats: !(a <= b) and b is no NaN: the larger, or the first NaN, which then stays.
 * ls_vec_pick: `yes` where the mask says so, else `no`; ls_vec_where: else zero.
 * ls_corners: whole numbers from 0 to 255, of which memory has a byte each. ls_vec_lookup: of four
 * numbers those at the places modulo 4. Turned, modulo 4, places 1 and 2 have changed places. */
#if LS_VEC == 16
typedef __mmask16 ls_mask;
#define ls_vec_max(a, b)           _mm512_max_ps((a), (b))
#define ls_vec_above(a, b)         _mm512_cmp_ps_mask((a), (b), _CMP_GT_OQ)
#define ls_vec_pick(mask, yes, no) _mm512_mask_blend_ps((mask), (no), (yes))
#define ls_vec_where(mask, yes)    _mm512_maskz_mov_ps((mask), (yes))

static LS_ALWAYS_INLINE ls_mask ls_vec_beats(ls_vec a, ls_vec b)
{
    return _mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(b, b, _CMP_ORD_Q), a, b, _CMP_NLE_UQ);
}

typedef __m512i ls_corners;
#define ls_corners_splat(place)        _mm512_set1_epi32(place)
#define ls_corners_equal(a, b)         _mm512_cmpeq_epi32_mask((a), (b))
#define ls_corners_pick(mask, yes, no) _mm512_mask_blend_epi32((mask), (no), (yes))

static LS_ALWAYS_INLINE ls_corners ls_corners_load(const uint8_t *from)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from));
}

static LS_ALWAYS_INLINE ls_corners ls_corners_turned(ls_corners places)
{
    return _mm512_or_si512(_mm512_slli_epi32(places, 1), _mm512_srli_epi32(places, 1));
}

static LS_ALWAYS_INLINE void ls_corners_store(uint8_t *to, ls_corners places)
{
    _mm_storeu_si128((__m128i *)to, _mm512_cvtepi32_epi8(places));
}

#define ls_vec_lookup(four, corners) _mm512_permutevar_ps((four), (corners))
#elif LS_VEC == 8
typedef __m256 ls_mask;
#define ls_vec_max(a, b)               _mm256_max_ps((a), (b))
#define ls_vec_above(a, b)             _mm256_cmp_ps((a), (b), _CMP_GT_OQ)
#define ls_vec_pick(mask, yes, no)     _mm256_blendv_ps((no), (yes), (mask))
#define ls_vec_where(mask, yes)        _mm256_and_ps((mask), (yes))

static LS_ALWAYS_INLINE ls_mask ls_vec_beats(ls_vec a, ls_vec b)
{
    return _mm256_and_ps(_mm256_cmp_ps(b, b, _CMP_ORD_Q), _mm256_cmp_ps(a, b, _CMP_NLE_UQ));
}

typedef __m256i ls_corners;
#define ls_corners_splat(place)        _mm256_set1_epi32(place)
#define ls_corners_equal(a, b)         _mm256_castsi256_ps(_mm256_cmpeq_epi32((a), (b)))
#define ls_corners_pick(mask, yes, no) _mm256_blendv_epi8((no), (yes), _mm256_castps_si256(mask))

static LS_ALWAYS_INLINE ls_corners ls_corners_load(const uint8_t *from)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
}

static LS_ALWAYS_INLINE ls_corners ls_corners_turned(ls_corners places)
{
    return _mm256_or_si256(_mm256_slli_epi32(places, 1), _mm256_srli_epi32(places, 1));
}

static LS_ALWAYS_INLINE void ls_corners_store(uint8_t *to, ls_corners places)
{
    __m128i shorts =
        _mm_packus_epi32(_mm256_castsi256_si128(places), _mm256_extracti128_si256(places, 1));
    _mm_storel_epi64((__m128i *)to, _mm_packus_epi16(shorts, shorts));
}

#define ls_vec_lookup(four, corners) _mm256_permutevar_ps((four), (corners))
#else
typedef int32_t ls_mask __attribute__((vector_size(16)));
#define ls_vec_above(a, b) ((ls_mask)((a) > (b)))

static LS_ALWAYS_INLINE ls_vec ls_vec_pick(ls_mask mask, ls_vec yes, ls_vec no)
{
    return (ls_vec)(((ls_mask)yes & mask) | ((ls_mask)no & ~mask));
}

static LS_ALWAYS_INLINE ls_vec ls_vec_max(ls_vec a, ls_vec b)
{
    return ls_vec_pick(ls_vec_above(a, b), a, b);
}

static LS_ALWAYS_INLINE ls_mask ls_vec_equal(ls_vec a, ls_vec b)
{
    return (ls_mask)(a == b);
}

static LS_ALWAYS_INLINE ls_mask ls_vec_beats(ls_vec a, ls_vec b)
{
    return ~(ls_mask)(a <= b) & ls_vec_equal(b, b);
}

static LS_ALWAYS_INLINE ls_vec ls_vec_where(ls_mask mask, ls_vec yes)
{
    return (ls_vec)((ls_mask)yes & mask);
}

typedef int32_t ls_corners __attribute__((vector_size(16)));

static LS_ALWAYS_INLINE ls_corners ls_corners_splat(int place)
{
    return (ls_corners){place, place, place, place};
}

#define ls_corners_equal(a, b) ((ls_mask)((a) == (b)))

static LS_ALWAYS_INLINE ls_corners ls_corners_pick(ls_mask mask, ls_corners yes, ls_corners no)
{
    return (yes & mask) | (no & ~mask);
}

static LS_ALWAYS_INLINE ls_corners ls_corners_load(const uint8_t *from)
{
    return (ls_corners){from[0], from[1], from[2], from[3]};
}

static LS_ALWAYS_INLINE void ls_corners_store(uint8_t *to, ls_corners places)
{
    for (int i = 0; i < LS_VEC; i++) {
        to[i] = (uint8_t)places[i];
    }
}

#define ls_corners_turned(c) (((c) << 1) | ((c) >> 1))

static LS_ALWAYS_INLINE ls_vec ls_vec_lookup(ls_vec four, ls_corners places)
{
    return (ls_vec){four[places[0] & 3], four[places[1] & 3], four[places[2] & 3],
                    four[places[3] & 3]};
}
#endif

/* The first `count` numbers, then zeros; none may exist behind them. */
static inline ls_vec ls_vec_load_part(const float *from, int count)
{
    float whole[LS_VEC] = {0.0F};
    memcpy(whole, from, sizeof *from * (size_t)count);
    return ls_vec_load(whole);
}

static inline void ls_vec_store_part(float *to, int count, ls_vec v)
{
    float whole[LS_VEC];
    ls_vec_store(whole, v);
    memcpy(to, whole, sizeof *to * (size_t)count);
}

/* The same, or all of them where `count` says so. */
static LS_ALWAYS_INLINE ls_vec ls_vec_load_some(const float *from, int count)
{
    return count == LS_VEC ? ls_vec_load(from) : ls_vec_load_part(from, count);
}

static LS_ALWAYS_INLINE void ls_vec_store_some(float *to, int count, ls_vec v)
{
    if (count == LS_VEC) {
        ls_vec_store(to, v);
    } else {
        ls_vec_store_part(to, count, v);
    }
}

static LS_ALWAYS_INLINE ls_corners ls_corners_load_some(const uint8_t *from, int count)
{
    if (count == LS_VEC) {
        return ls_corners_load(from);
    }
    uint8_t whole[LS_VEC] = {0};
    memcpy(whole, from, (size_t)count);
    return ls_corners_load(whole);
}

static LS_ALWAYS_INLINE void ls_corners_store_some(uint8_t *to, int count, ls_corners places)
{
    if (count == LS_VEC) {
        ls_corners_store(to, places);
        return;
    }
    uint8_t whole[LS_VEC];
    ls_corners_store(whole, places);
    memcpy(to, whole, (size_t)count);
}

#endif
