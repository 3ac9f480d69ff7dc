/* Convolution straight from its formula: one output at a time, sums in double. */
#include "ref.h"

/* The place in an [N,H,W,C] array, or -1 outside the image, where the formula has zeros. */
static int64_t place(const ls_conv *s, int n, int h, int w)
{
    if (h < 0 || h >= s->h || w < 0 || w >= s->w) {
        return -1;
    }
    return (((int64_t)n * s->h + h) * s->w + w) * s->c;
}

static double output(const ls_conv *s, int n, int p, int q, int o, const float *x, const float *w)
{
    double sum = 0.0;
    for (int i = 0; i < s->kernel; i++) {
        for (int j = 0; j < s->kernel; j++) {
            int64_t at = place(s, n, p * s->stride - s->pad + i, q * s->stride - s->pad + j);
            for (int c = 0; at >= 0 && c < s->c; c++) {
                double weight = w[((int64_t)(i * s->kernel + j) * s->c + c) * s->o + o];
                sum += (double)x[at + c] * weight;
            }
        }
    }
    return sum;
}

size_t ls_ref_no_scratch(const ls_conv *s, int n)
{
    (void)s;
    (void)n;
    return 0;
}

void ls_ref_conv_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, void *scratch)
{
    (void)scratch;
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int o = 0; o < s->o; o++) {
                    *y++ = (float)(b[o] + output(s, k, p, q, o, x, w));
                }
            }
        }
    }
}

/* dx[n,h,w,c]: the sum over every output that read x[n,h,w,c]. */
static double input_gradient(const ls_conv *s, int n, int h, int w, int c, const float *weights,
                             const float *dy)
{
    double sum = 0.0;
    for (int i = 0; i < s->kernel; i++) {
        for (int j = 0; j < s->kernel; j++) {
            int row = h + s->pad - i; /* = p * stride */
            int column = w + s->pad - j;
            int p = row / s->stride;
            int q = column / s->stride;
            if (row < 0 || column < 0 || row % s->stride != 0 || column % s->stride != 0 ||
                p >= s->p || q >= s->q) {
                continue;
            }
            const float *g = dy + (((int64_t)n * s->p + p) * s->q + q) * s->o;
            const float *v = weights + ((int64_t)(i * s->kernel + j) * s->c + c) * s->o;
            for (int o = 0; o < s->o; o++) {
                sum += (double)g[o] * v[o];
            }
        }
    }
    return sum;
}

/* dw[i,j,c,o]: the sum over every place of the output. */
static double weight_gradient(const ls_conv *s, int n, int i, int j, int c, int o, const float *x,
                              const float *dy)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                int64_t at = place(s, k, p * s->stride - s->pad + i, q * s->stride - s->pad + j);
                if (at >= 0) {
                    sum += (double)x[at + c] * dy[(((int64_t)k * s->p + p) * s->q + q) * s->o + o];
                }
            }
        }
    }
    return sum;
}

static void inputs_backward(const ls_conv *s, int n, const float *w, const float *dy, float *dx)
{
    for (int k = 0; k < n; k++) {
        for (int h = 0; h < s->h; h++) {
            for (int column = 0; column < s->w; column++) {
                for (int c = 0; c < s->c; c++) {
                    *dx++ = (float)input_gradient(s, k, h, column, c, w, dy);
                }
            }
        }
    }
}

void ls_ref_conv_backward(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          float *dx, float *dw, float *db, void *scratch)
{
    (void)scratch;
    for (int i = 0; i < s->kernel; i++) {
        for (int j = 0; j < s->kernel; j++) {
            for (int c = 0; c < s->c; c++) {
                for (int o = 0; o < s->o; o++, dw++) {
                    *dw = (float)(*dw + weight_gradient(s, n, i, j, c, o, x, dy));
                }
            }
        }
    }
    ls_ref_sum_rows((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        inputs_backward(s, n, w, dy, dx);
    }
}
