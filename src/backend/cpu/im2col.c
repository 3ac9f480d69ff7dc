/* Patches of images as rows of a matrix, and back: a convolution becomes a matrix product. */
#include "im2col.h"

#include <string.h>

#define CACHE_FLOATS (96 * 1024) /* a block's patches: part of a 512 KiB cache */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

int ls_block_images(const ls_patches *s, int n)
{
    int64_t floats = (int64_t)s->rows * s->columns * s->kernel * s->kernel * s->c;
    return most(1, (int)least(n, (int)(CACHE_FLOATS / (floats < 1 ? 1 : floats))));
}

/* One row of a patch: kernel places from (h, w) on. `left` and `right` bound those inside. */
static void copy_row(const ls_patches *s, const float *image, int h, int w, float *out)
{
    int left = least(s->kernel, most(0, -w));
    int right = most(left, least(s->kernel, s->w - w));
    if (h < 0 || h >= s->h) {
        left = right = s->kernel;
    }
    size_t c = (size_t)s->c;
    if (left > 0) {
        memset(out, 0, sizeof *out * (size_t)left * c);
    }
    if (right > left) {
        memcpy(out + (size_t)left * c, image + ((int64_t)h * s->w + w + left) * s->c,
               sizeof *out * (size_t)(right - left) * c);
    }
    if (right < s->kernel) {
        memset(out + (size_t)right * c, 0, sizeof *out * (size_t)(s->kernel - right) * c);
    }
}

void ls_im2col(const ls_patches *s, const float *image, float *columns)
{
    for (int row = 0; row < s->rows; row++) {
        for (int column = 0; column < s->columns; column++) {
            for (int i = 0; i < s->kernel; i++) {
                copy_row(s, image, row * s->stride - s->pad + i, column * s->stride - s->pad,
                         columns);
                columns += s->kernel * s->c;
            }
        }
    }
}

static void add_row(const ls_patches *s, const float *in, int h, int w, float *image)
{
    int left = most(0, -w);
    int right = least(s->kernel, s->w - w);
    if (h < 0 || h >= s->h || left >= right) {
        return;
    }
    float *restrict to = image + ((int64_t)h * s->w + w + left) * s->c;
    const float *restrict from = in + (int64_t)left * s->c;
    int count = (right - left) * s->c;
    for (int k = 0; k < count; k++) {
        to[k] += from[k];
    }
}

void ls_col2im(const ls_patches *s, const float *columns, float *image)
{
    for (int row = 0; row < s->rows; row++) {
        for (int column = 0; column < s->columns; column++) {
            for (int i = 0; i < s->kernel; i++) {
                add_row(s, columns, row * s->stride - s->pad + i, column * s->stride - s->pad,
                        image);
                columns += s->kernel * s->c;
            }
        }
    }
}
