/* The dense layer: matrix products over the whole lane. With vectors of 8 floats and more by
 * products of our own over packed weights, else by OpenBLAS. Measured on one core of a Zen 5 for
 * n x 2048 x 128, GFLOP/s, own and OpenBLAS 0.3.21 (its Haswell kernels; SkylakeX for AVX-512):
 *
 *               n = 8        16        32        64       256
 *   portable  47  75   47   96   48  109   48  117   46  118
 *   avx2     118  75  123   97  125  108  126  116  127  121
 *   avx512   256  78  259  132  261  160  261  202  258  228
 *
 * The weights' gradient has only as many terms as the lane has images: sums in registers, written
 * once. */
#include "frame.h"
#include "gemm.h"
#include "rows.h"
#include "walk.h"

#include <string.h>

#define OWN_PRODUCTS (LS_VEC > 4)

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
    ls_strides strides = strides_of(in, out, backward);
    return OWN_PRODUCTS ? sizeof(float) * (size_t)ls_panels_floats(&strides) : 0;
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
    if (OWN_PRODUCTS) {
        multiply(n, out, in, dy, w, NULL, dx);
        return;
    }
    ls_gemm_nt(n, in, out, dy, w, 0.0f, dx);
}

/* What is copied at once, and stays in the cache: images, their inputs, their outputs. */
#define BLOCK_IMAGES  32
#define BLOCK_INPUTS  128
#define BLOCK_OUTPUTS 512
/* From one image's inputs to the next's: not one set of the cache. */
#define INPUTS_PITCH (BLOCK_INPUTS + 16)

typedef struct block {
    int images, inputs, outputs;
} block;

/* rows: [images, INPUTS_PITCH]; `line` floats from one image's x to the next's. */
static void copy_inputs(block s, const float *x, int64_t line, float *rows)
{
    for (int i = 0; i < s.images; i++) {
        memcpy(rows + (int64_t)i * INPUTS_PITCH, x + i * line, sizeof *x * (size_t)s.inputs);
    }
}

/* panels: [outputs / LS_PANEL, images, LS_PANEL] */
static void copy_panels(block s, const float *dy, int64_t line, float *panels)
{
    for (int o = 0; o < s.outputs; o += LS_PANEL) {
        for (int i = 0; i < s.images; i++, panels += LS_PANEL) {
            memcpy(panels, dy + i * line + o, sizeof *dy * LS_PANEL);
        }
    }
}

/* dw[inputs, outputs] += x[images, inputs]^T dy[images, outputs], along the rows of dw. In a wide
 * layer rows of x, dy and dw lie a multiple of 4 KiB apart, in one set of the cache; copies do not.
 * Measured on a Zen 3 for 16 x 128 x 2048 and 16 x 2048 x 128: 20 and 12 us an image without
 * copies, 10 each with them. */
static void weigh_block(block s, int in, int out, const float *x, const float *dy, float *dw)
{
    float rows[BLOCK_IMAGES * INPUTS_PITCH];
    float panels[BLOCK_IMAGES * BLOCK_OUTPUTS];
    const ls_places images = {.images = 1,
                              .lines = 1,
                              .columns = s.images,
                              .a_column = INPUTS_PITCH,
                              .b_column = LS_PANEL};
    copy_inputs(s, x, in, rows);
    copy_panels(s, dy, out, panels);
    for (int r = 0; r < s.inputs; r += LS_OUTER_ROWS) {
        int some = s.inputs - r < LS_OUTER_ROWS ? s.inputs - r : LS_OUTER_ROWS;
        for (int o = 0; o < s.outputs; o += LS_PANEL) {
            ls_outer(some, &images, rows + r, panels + (int64_t)o * s.images,
                     (ls_sums){.to = dw + (int64_t)r * out + o, .pitch = out, .add = true});
        }
    }
}

static int at_most(int count, int limit)
{
    return count < limit ? count : limit;
}

/* A panel reads whole vectors: it can't where a row of dy ends within one. */
void LS_SET(ls_cpu_dense_dw)(int n, int in, int out, int first, int rows, const float *x,
                             const float *dy, float *dw)
{
    if (out % LS_PANEL != 0) {
        ls_gemm_tn(rows, out, n, x + first, in, dy, 1.0f, dw);
        return;
    }
    for (int i = 0; i < n; i += BLOCK_IMAGES) {
        for (int r = 0; r < rows; r += BLOCK_INPUTS) {
            for (int o = 0; o < out; o += BLOCK_OUTPUTS) {
                block s = {at_most(n - i, BLOCK_IMAGES), at_most(rows - r, BLOCK_INPUTS),
                           at_most(out - o, BLOCK_OUTPUTS)};
                weigh_block(s, in, out, x + (int64_t)i * in + first + r, dy + (int64_t)i * out + o,
                            dw + (int64_t)r * out + o);
            }
        }
    }
}

void LS_SET(ls_cpu_dense_db)(int n, int out, const float *dy, float *db)
{
    ls_rows_sum(n, out, dy, db);
}
