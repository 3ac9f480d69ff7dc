/* The dense layer: matrix products over the whole lane. With vectors of 8 floats and more by
 * products of our own over packed weights (of inputs with AVX2 over weights as they lie:
 * dense_turned.c), else by OpenBLAS. Measured on one core of a Zen 5 for
 * n x 2048 x 128, GFLOP/s, own and OpenBLAS 0.3.21 (its Haswell kernels; SkylakeX for AVX-512):
 *
 *               n = 8        16        32        64       256
 *   portable  47  75   47   96   48  109   48  117   46  118
 *   avx2     118  75  123   97  125  108  126  116  127  121
 *   avx512   256  78  259  132  261  160  261  202  258  228
 *
 * The weights' gradient: dense_sum.c, or by OpenBLAS where that does not serve a layer. */
#include "dense_turned.h"
#include "frame.h"
#include "gemm.h"
#include "rows.h"
#include "walk.h"

#define OWN_PRODUCTS (LS_VEC > 4)
#define TURNS        (LS_VEC == 8)

/* The weights as panels of outputs, or of inputs for backward. */
static ls_strides strides_of(int in, int out, bool backward)
{
    return (ls_strides){.lines = 1,
                        .columns = 1,
                        .depth = backward ? out : in,
                        .out = backward ? in : out,
                        .depth_stride = backward ? 1 : out,
                        .out_stride = backward ? out : 1};
}

size_t LS_SET(ls_cpu_dense_packed)(int in, int out, bool backward)
{
    const bool packs = OWN_PRODUCTS && !(TURNS && backward);
    ls_strides strides = strides_of(in, out, backward);
    return packs ? sizeof(float) * (size_t)ls_panels_floats(&strides) : 0;
}

void LS_SET(ls_cpu_dense_pack)(int in, int out, bool backward, const float *w, float *packed)
{
    ls_strides strides = strides_of(in, out, backward);
    ls_panels_pack(&strides, w, packed);
}

/* y[n,out] = b + x[n,depth] by packed weights; b NULL: zeros */
static void multiply(int n, int depth, int out, const float *x, const float *panels, const float *b,
                     float *y)
{
    const ls_grid grid = {.lines = 1,
                          .columns = n,
                          .out = out,
                          .x_column = depth,
                          .y_column = out,
                          .runs = {.runs = 1, .length = depth}};
    ls_walk(&grid, x, panels, b, y);
}

void LS_SET(ls_cpu_dense_forward)(int n, int in, int out, const float *x, const float *w,
                                  const float *b, float *y)
{
    if (OWN_PRODUCTS) {
        multiply(n, in, out, x, w, b, y);
        return;
    }
    ls_rows_set(n, out, b, y);
    ls_gemm(n, out, in, x, w, 1.0f, y);
}

void LS_SET(ls_cpu_dense_dx)(int n, int in, int out, const float *w, const float *dy, float *dx)
{
    if (TURNS) {
        ls_dense_turned_dx(n, in, out, w, dy, dx);
        return;
    }
    if (OWN_PRODUCTS) {
        multiply(n, out, in, dy, w, NULL, dx);
        return;
    }
    ls_gemm_nt(n, in, out, dy, w, 0.0f, dx);
}

void LS_SET(ls_cpu_dense_dw)(int n, int in, int out, const float *x, const float *dy, float *dw)
{
    ls_gemm_tn(in, out, n, x, in, dy, 1.0f, dw);
}

void LS_SET(ls_cpu_dense_db)(int n, int out, const float *dy, float *db)
{
    ls_rows_sum(n, out, dy, db);
}
