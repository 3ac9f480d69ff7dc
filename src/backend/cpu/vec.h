/* Vectors of float32 for the kernel set that is compiled: LS_VEC floats each. */
#ifndef LOCKSTEP_BACKEND_CPU_VEC_H
#define LOCKSTEP_BACKEND_CPU_VEC_H

#define LS_VEC LS_KERNEL_FLOATS /* 4, 8 or 16, by the build */

#if LS_VEC > 4
#include <immintrin.h>
#else
#include <string.h>
#endif

#define LS_ALWAYS_INLINE inline __attribute__((always_inline))
/* Before a loop of constant length whose variables are to live in registers; before one of any
 * length, four rounds at a time. */
#ifdef __clang__
#define LS_UNROLL   _Pragma("clang loop unroll(full)")
#define LS_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#else
#define LS_UNROLL   _Pragma("GCC unroll 16")
#define LS_UNROLL_4 _Pragma("GCC unroll 4")
#endif

/* Makes the compiler forget what a number is made of, where it would else keep every sum with it
 * that a loop has, in more registers than there are. */
#define LS_FORGET(number) __asm__("" : "+r"(number))

#if LS_VEC == 16
typedef __m512 ls_vec;
#define ls_vec_load(from)      _mm512_loadu_ps(from)
#define ls_vec_store(to, v)    _mm512_storeu_ps((to), (v))
#define ls_vec_splat(number)   _mm512_set1_ps(number)
#define ls_vec_fma(a, b, plus) _mm512_fmadd_ps((a), (b), (plus)) /* a b + plus, rounded once */
/* The first four numbers; the others become zeros. */
#define ls_vec_load_four(from)   _mm512_zextps128_ps512(_mm_loadu_ps(from))
#define ls_vec_store_four(to, v) _mm_storeu_ps((to), _mm512_castps512_ps128(v))
/* Four numbers over and over, and number k of each four everywhere: k is a constant. */
#define ls_vec_repeat_four(from) _mm512_broadcast_f32x4(_mm_loadu_ps(from))
#define ls_vec_splat_of(v, k)    _mm512_permute_ps((v), 0x55 * (k))
#elif LS_VEC == 8
typedef __m256 ls_vec;
#define ls_vec_load(from)        _mm256_loadu_ps(from)
#define ls_vec_store(to, v)      _mm256_storeu_ps((to), (v))
#define ls_vec_splat(number)     _mm256_set1_ps(number)
#define ls_vec_fma(a, b, plus)   _mm256_fmadd_ps((a), (b), (plus))
#define ls_vec_load_four(from)   _mm256_zextps128_ps256(_mm_loadu_ps(from))
#define ls_vec_store_four(to, v) _mm_storeu_ps((to), _mm256_castps256_ps128(v))
#define ls_vec_repeat_four(from) _mm256_broadcast_ps((const __m128 *)(const void *)(from))
#define ls_vec_splat_of(v, k)    _mm256_permute_ps((v), 0x55 * (k))
#else
typedef float ls_vec __attribute__((vector_size(16)));

static LS_ALWAYS_INLINE ls_vec ls_vec_load(const float *from)
{
    ls_vec v;
    memcpy(&v, from, sizeof v);
    return v;
}

static LS_ALWAYS_INLINE void ls_vec_store(float *to, ls_vec v)
{
    memcpy(to, &v, sizeof v);
}

static LS_ALWAYS_INLINE ls_vec ls_vec_splat(float number)
{
    return (ls_vec){number, number, number, number};
}

#define ls_vec_load_four(from)   ls_vec_load(from)
#define ls_vec_store_four(to, v) ls_vec_store((to), (v))
#define ls_vec_repeat_four(from) ls_vec_load(from)
#define ls_vec_splat_of(v, k)    ls_vec_splat((v)[k])

/* Rounded twice: without the instruction, one rounding would cost a call. */
static LS_ALWAYS_INLINE ls_vec ls_vec_fma(ls_vec a, ls_vec b, ls_vec plus)
{
    return a * b + plus;
}
#endif

#endif
