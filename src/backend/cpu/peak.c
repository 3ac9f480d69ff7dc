/* A loop of nothing but fused multiply-adds: the peak that other figures are shares of. */
#include "cpu.h"
#include "vec.h"

#define CHAINS 12 /* independent sums: enough to hide the latency of two units */

double LS_SET(ls_cpu_fma_flops)(int64_t rounds)
{
    ls_vec sums[CHAINS];
    float seen[LS_VEC];
    LS_UNROLL
    for (int i = 0; i < CHAINS; i++) {
        sums[i] = ls_vec_splat((float)i);
    }
    ls_vec factor = ls_vec_splat(0.5f);
    ls_vec term = ls_vec_splat(1.0f);
    for (int64_t k = 0; k < rounds; k++) {
        LS_UNROLL
        for (int i = 0; i < CHAINS; i++) {
            sums[i] = ls_vec_fma(sums[i], factor, term);
        }
    }
    LS_UNROLL
    for (int i = 0; i < CHAINS; i++) {
        ls_vec_store(seen, sums[i]);
        __asm__ volatile("" : : "m"(seen)); /* the sums are wanted: the loop must run */
    }
    return 2.0 * CHAINS * LS_VEC * (double)rounds;
}
