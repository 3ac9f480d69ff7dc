/* A loop of nothing but fused multiply-adds: the peak that other figures are shares of. */
#include "cpu.h"

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#define CHAINS 12 /* independent sums: enough to hide the latency of two units */

typedef float vec __attribute__((vector_size(4 * LANES)));

double LS_SET(ls_cpu_fma_flops)(int64_t rounds)
{
    vec sums[CHAINS];
    for (int i = 0; i < CHAINS; i++) {
        sums[i] = (vec){0} + (float)i;
    }
    vec factor = (vec){0} + 0.5f;
    vec term = (vec){0} + 1.0f;
    for (int64_t k = 0; k < rounds; k++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++) {
            for (int j = 0; j < LANES; j++) {
#ifdef __FMA__
                sums[i][j] = __builtin_fmaf(sums[i][j], factor[j], term[j]);
#else
                sums[i][j] = sums[i][j] * factor[j] + term[j];
#endif
            }
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        __asm__ volatile("" : : "m"(sums[i])); /* the result is used */
    }
    return 2.0 * CHAINS * LANES * (double)rounds;
}
