/* Transposed convolution straight from its formula, written as a gather: output (r, t) receives
 * from input (h, w) where r = h * stride - pad + i and t = w * stride - pad + j. Sums in double. */
#include "ref.h"

/* The input row h that reaches output row r by kernel row i, or -1. */
static int source(int r, int i, const ls_conv *s, int limit)
{
    int scaled = r + s->pad - i;
    if (scaled < 0 || scaled % s->stride != 0 || scaled / s->stride >= limit) {
        return -1;
    }
    return scaled / s->stride;
}

static double output(const ls_conv *s, int n, int p, int q, int o, const float *x, const float *w)
{
    double sum = 0.0;
    for (int i = 0; i < s->kernel; i++) {
        for (int j = 0; j < s->kernel; j++) {
            int row = source(p, i, s, s->h);
            int column = source(q, j, s, s->w);
            if (row < 0 || column < 0) {
                continue;
            }
            const float *from = x + (((int64_t)n * s->h + row) * s->w + column) * s->c;
            for (int c = 0; c < s->c; c++) {
                int64_t at = (((int64_t)c * s->kernel + i) * s->kernel + j) * s->o + o;
                sum += (double)from[c] * w[at];
            }
        }
    }
    return sum;
}

void ls_ref_deconv_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
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

/* dy[n, h*stride - pad + i, w*stride - pad + j, :], or NULL outside the output. */
static const float *target(const ls_conv *s, int n, int h, int w, int i, int j, const float *dy)
{
    int p = h * s->stride - s->pad + i;
    int q = w * s->stride - s->pad + j;
    if (p < 0 || p >= s->p || q < 0 || q >= s->q) {
        return NULL;
    }
    return dy + (((int64_t)n * s->p + p) * s->q + q) * s->o;
}

static double input_gradient(const ls_conv *s, int n, int h, int w, int c, const float *weights,
                             const float *dy)
{
    double sum = 0.0;
    for (int i = 0; i < s->kernel; i++) {
        for (int j = 0; j < s->kernel; j++) {
            const float *g = target(s, n, h, w, i, j, dy);
            const float *v = weights + (((int64_t)c * s->kernel + i) * s->kernel + j) * s->o;
            for (int o = 0; g != NULL && o < s->o; o++) {
                sum += (double)g[o] * v[o];
            }
        }
    }
    return sum;
}

static double weight_gradient(const ls_conv *s, int n, int c, int i, int j, int o, const float *x,
                              const float *dy)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++) {
        for (int h = 0; h < s->h; h++) {
            for (int w = 0; w < s->w; w++) {
                const float *g = target(s, k, h, w, i, j, dy);
                if (g != NULL) {
                    sum += (double)x[(((int64_t)k * s->h + h) * s->w + w) * s->c + c] * g[o];
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

void ls_ref_deconv_backward(const ls_conv *s, int n, const float *x, const float *w, const float *y,
                            const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    (void)y, (void)scratch;
    for (int c = 0; c < s->c; c++) {
        for (int i = 0; i < s->kernel; i++) {
            for (int j = 0; j < s->kernel; j++) {
                for (int o = 0; o < s->o; o++, dw++) {
                    *dw = (float)(*dw + weight_gradient(s, n, c, i, j, o, x, dy));
                }
            }
        }
    }
    ls_ref_sum_rows((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        inputs_backward(s, n, w, dy, dx);
    }
}
