/* Transposed convolution: a matrix product that makes each input's patch of the output, and the
 * sum of patches that overlap. */
#include "gemm.h"
#include "im2col.h"

#include <string.h>

/* The patches of the output image, one for each input place. */
static ls_patches patches_of(const ls_conv *s)
{
    return (ls_patches){.h = s->p,
                        .w = s->q,
                        .c = s->o,
                        .rows = s->h,
                        .columns = s->w,
                        .kernel = s->kernel,
                        .stride = s->stride,
                        .pad = s->pad};
}

size_t LS_SET(ls_cpu_deconv_scratch)(const ls_conv *s, int n)
{
    ls_patches patches = patches_of(s);
    size_t block = (size_t)ls_block_images(&patches, n);
    return sizeof(float) * block * (size_t)s->h * (size_t)s->w * (size_t)s->kernel *
           (size_t)s->kernel * (size_t)s->o;
}

void LS_SET(ls_cpu_deconv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                   const float *b, float *y, void *scratch)
{
    ls_patches patches = patches_of(s);
    float *columns = scratch; /* [block, H*W, K*K*O] */
    int step = ls_block_images(&patches, n);
    int depth = s->kernel * s->kernel * s->o;
    int64_t image = (int64_t)s->p * s->q * s->o;
    for (int k = 0; k < n; k += step) {
        int block = n - k < step ? n - k : step;
        int rows = block * s->h * s->w;
        ls_gemm(rows, depth, s->c, x + (int64_t)k * s->h * s->w * s->c, w, 0.0f, columns);
        ls_rows_set((int64_t)block * s->p * s->q, s->o, b, y + k * image);
        for (int j = 0; j < block; j++) {
            ls_col2im(&patches, columns + (int64_t)j * s->h * s->w * depth, y + (k + j) * image);
        }
    }
}

void LS_SET(ls_cpu_deconv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                    const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    ls_patches patches = patches_of(s);
    float *columns = scratch; /* [block, H*W, K*K*O] */
    int step = ls_block_images(&patches, n);
    int depth = s->kernel * s->kernel * s->o;
    int64_t image = (int64_t)s->p * s->q * s->o;
    int64_t inputs = (int64_t)s->h * s->w * s->c;
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    for (int k = 0; k < n; k += step) {
        int block = n - k < step ? n - k : step;
        int rows = block * s->h * s->w;
        for (int j = 0; j < block; j++) {
            ls_im2col(&patches, dy + (k + j) * image, columns + (int64_t)j * s->h * s->w * depth);
        }
        ls_gemm_tn(s->c, depth, rows, x + k * inputs, columns, 1.0f, dw);
        if (dx != NULL) {
            ls_gemm_nt(rows, s->c, depth, columns, w, 0.0f, dx + k * inputs);
        }
    }
}
