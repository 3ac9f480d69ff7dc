/* The dense layer: matrix products over the whole batch. */
#include "gemm.h"
#include "rows.h"

void LS_SET(ls_cpu_dense_forward)(int n, int in, int out, const float *x, const float *w,
                                  const float *b, float *y)
{
    ls_rows_set(n, out, b, y);
    ls_gemm(n, out, in, x, w, 1.0f, y);
}

void LS_SET(ls_cpu_dense_backward)(int n, int in, int out, const float *x, const float *w,
                                   const float *dy, float *dx, float *dw, float *db)
{
    ls_gemm_tn(in, out, n, x, dy, 1.0f, dw);
    ls_rows_sum(n, out, dy, db);
    if (dx != NULL) {
        ls_gemm_nt(n, in, out, dy, w, 0.0f, dx);
    }
}
