/* Matrix products by OpenBLAS. */
#include "gemm.h"

#include <cblas.h>

void ls_gemm(int m, int n, int k, const float *a, const float *b, float beta, float *z)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f, a, k, b, n, beta, z, n);
}

void ls_gemm_tn(int m, int n, int k, const float *a, int pitch, const float *b, float beta,
                float *z)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1.0f, a, pitch, b, n, beta, z, n);
}

void ls_gemm_nt(int m, int n, int k, const float *a, const float *b, float beta, float *z)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0f, a, k, b, k, beta, z, n);
}

void LS_SET(ls_cpu_matmul)(const ls_matmul *s, const float *a, const float *b, float *z)
{
    cblas_sgemm(CblasRowMajor, s->a_turned ? CblasTrans : CblasNoTrans,
                s->b_turned ? CblasTrans : CblasNoTrans, s->m, s->n, s->k, s->scale, a, s->a_row, b,
                s->b_row, s->keep, z, s->z_row);
}
