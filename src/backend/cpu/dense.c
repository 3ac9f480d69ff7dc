/* The dense layer: matrix products over the whole lane. The weights' gradient has only as many
 * terms as the lane has images: sums in registers, written once. */
#include "gemm.h"
#include "product.h"
#include "rows.h"

void LS_SET(ls_cpu_dense_forward)(int n, int in, int out, const float *x, const float *w,
                                  const float *b, float *y)
{
    ls_rows_set(n, out, b, y);
    ls_gemm(n, out, in, x, w, 1.0f, y);
}

void LS_SET(ls_cpu_dense_dx)(int n, int in, int out, const float *w, const float *dy, float *dx)
{
    ls_gemm_nt(n, in, out, dy, w, 0.0f, dx);
}

/* A panel reads whole vectors: it can't where a row of dy ends within one. */
void LS_SET(ls_cpu_dense_dw)(int n, int in, int out, int first, int rows, const float *x,
                             const float *dy, float *dw)
{
    if (out % LS_PANEL != 0) {
        ls_gemm_tn(rows, out, n, x + first, in, dy, 1.0f, dw);
        return;
    }
    const ls_places images = {
        .images = 1, .lines = 1, .columns = n, .a_column = in, .b_column = out};
    const ls_side inputs = {.count = rows, .gradient = out, .first = x + first};
    const ls_side outputs = {.count = out, .gradient = 1, .first = dy};
    ls_outer_add(&images, &inputs, &outputs, dw);
}

void LS_SET(ls_cpu_dense_db)(int n, int out, const float *dy, float *db)
{
    ls_rows_sum(n, out, dy, db);
}
