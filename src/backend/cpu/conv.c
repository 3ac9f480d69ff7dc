/* Convolution as a matrix product over patches, a few images at a time. */
#include "gemm.h"
#include "im2col.h"

#include <string.h>

static ls_patches patches_of(const ls_conv *s)
{
    return (ls_patches){.h = s->h,
                        .w = s->w,
                        .c = s->c,
                        .rows = s->p,
                        .columns = s->q,
                        .kernel = s->kernel,
                        .stride = s->stride,
                        .pad = s->pad};
}

size_t LS_SET(ls_cpu_conv_scratch)(const ls_conv *s, int n)
{
    ls_patches patches = patches_of(s);
    size_t block = (size_t)ls_block_images(&patches, n);
    return sizeof(float) * block * (size_t)s->p * (size_t)s->q * (size_t)s->kernel *
           (size_t)s->kernel * (size_t)s->c;
}

/* columns: [block, P*Q, K*K*C] */
static void gather(const ls_patches *patches, int block, const float *x, float *columns)
{
    int64_t image = (int64_t)patches->h * patches->w * patches->c;
    int64_t each =
        (int64_t)patches->rows * patches->columns * patches->kernel * patches->kernel * patches->c;
    for (int k = 0; k < block; k++) {
        ls_im2col(patches, x + k * image, columns + k * each);
    }
}

void LS_SET(ls_cpu_conv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                 const float *b, float *y, void *scratch)
{
    ls_patches patches = patches_of(s);
    float *columns = scratch; /* [block, P*Q, K*K*C] */
    int step = ls_block_images(&patches, n);
    int depth = s->kernel * s->kernel * s->c;
    for (int k = 0; k < n; k += step) {
        int block = n - k < step ? n - k : step;
        int rows = block * s->p * s->q;
        float *to = y + (int64_t)k * s->p * s->q * s->o;
        gather(&patches, block, x + (int64_t)k * s->h * s->w * s->c, columns);
        ls_rows_set(rows, s->o, b, to);
        ls_gemm(rows, s->o, depth, columns, w, 1.0f, to);
    }
}

void LS_SET(ls_cpu_conv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                  const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    ls_patches patches = patches_of(s);
    float *columns = scratch; /* [block, P*Q, K*K*C] */
    int step = ls_block_images(&patches, n);
    int depth = s->kernel * s->kernel * s->c;
    int64_t image = (int64_t)s->h * s->w * s->c;
    for (int k = 0; k < n; k += step) {
        int block = n - k < step ? n - k : step;
        int rows = block * s->p * s->q;
        const float *from = dy + (int64_t)k * s->p * s->q * s->o;
        gather(&patches, block, x + k * image, columns);
        ls_gemm_tn(depth, s->o, rows, columns, from, 1.0f, dw);
        ls_rows_sum(rows, s->o, from, db);
        if (dx == NULL) {
            continue;
        }
        ls_gemm_nt(rows, depth, s->o, from, w, 0.0f, columns);
        memset(dx + k * image, 0, sizeof *dx * (size_t)(block * image));
        for (int j = 0; j < block; j++) {
            ls_col2im(&patches, columns + (int64_t)j * s->p * s->q * depth, dx + (k + j) * image);
        }
    }
}
