/* The kernel sets that this build holds: X(set) for each, from the least to the most able. */
#ifndef LOCKSTEP_BACKEND_SETS_H
#define LOCKSTEP_BACKEND_SETS_H

#include "lockstep/backend/backend.h"

#if defined(__x86_64__)
#define LS_KERNEL_SETS(X)                                                                          \
    X(portable, LS_ISA_PORTABLE)                                                                   \
    X(avx2, LS_ISA_AVX2)                                                                           \
    X(avx512, LS_ISA_AVX512)
#else
#define LS_KERNEL_SETS(X) X(portable, LS_ISA_PORTABLE)
#endif

#define LS_DECLARE_SET(set, isa)                                                                   \
    extern const ls_backend ls_cpu_backend_##set[LS_CONV_FORMS];                                   \
    double ls_cpu_fma_flops_##set(int64_t rounds);
LS_KERNEL_SETS(LS_DECLARE_SET)
#undef LS_DECLARE_SET

#ifdef LS_USES_XSMM /* avx512, with libxsmm's products */
extern const ls_backend ls_cpu_backend_xsmm[LS_CONV_FORMS];
#endif

#endif
