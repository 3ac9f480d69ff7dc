/* Matrix products by OpenBLAS, and the sums over rows that biases need. */
#include "gemm.h"

#include <cblas.h>
#include <string.h>

void ls_gemm(int m, int n, int k, const float *a, const float *b, float beta, float *z)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f, a, k, b, n, beta, z, n);
}

void ls_gemm_tn(int m, int n, int k, const float *a, const float *b, float beta, float *z)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1.0f, a, m, b, n, beta, z, n);
}

void ls_gemm_nt(int m, int n, int k, const float *a, const float *b, float beta, float *z)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0f, a, k, b, k, beta, z, n);
}

void ls_rows_set(int64_t rows, int width, const float *row, float *z)
{
    for (int64_t r = 0; r < rows; r++) {
        memcpy(z + r * width, row, sizeof *z * (size_t)width);
    }
}

void ls_rows_add(int64_t rows, int width, const float *restrict row, float *restrict z)
{
    for (int64_t r = 0; r < rows; r++, z += width) {
        for (int i = 0; i < width; i++) {
            z[i] += row[i];
        }
    }
}

void ls_rows_sum(int64_t rows, int width, const float *restrict z, float *restrict row)
{
    for (int64_t r = 0; r < rows; r++, z += width) {
        for (int i = 0; i < width; i++) {
            row[i] += z[i];
        }
    }
}
