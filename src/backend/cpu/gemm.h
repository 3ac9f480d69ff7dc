/* Matrix products, row-major float32. */
#ifndef LOCKSTEP_BACKEND_CPU_GEMM_H
#define LOCKSTEP_BACKEND_CPU_GEMM_H

#include "cpu.h"

#define ls_gemm    LS_SET(ls_cpu_gemm)
#define ls_gemm_tn LS_SET(ls_cpu_gemm_tn)
#define ls_gemm_nt LS_SET(ls_cpu_gemm_nt)

/* z[m,n] = a[m,k] b[k,n] + beta z */
void ls_gemm(int m, int n, int k, const float *a, const float *b, float beta, float *z);
/* z[m,n] = a[k,m]^T b[k,n] + beta z; rows of a lie `pitch` floats apart */
void ls_gemm_tn(int m, int n, int k, const float *a, int pitch, const float *b, float beta,
                float *z);
/* z[m,n] = a[m,k] b[n,k]^T + beta z */
void ls_gemm_nt(int m, int n, int k, const float *a, const float *b, float beta, float *z);

#endif
