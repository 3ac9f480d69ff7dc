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

static void convolve(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                     float *y)
{
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

static void convolve_backward(const ls_conv *s, int n, const float *x, const float *w,
                              const float *dy, float *dx, float *dw, float *db)
{
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

/* --- with relu and maxpool(2) in the same call ------------------------------------------------ */

size_t ls_ref_no_scratch(const ls_conv *s, int n)
{
    (void)s;
    (void)n;
    return 0;
}

static ls_pool pool_of(const ls_conv *s)
{
    return (ls_pool){
        .h = s->p, .w = s->q, .c = s->o, .p = s->p / 2, .q = s->q / 2, .window = 2, .stride = 2};
}

static int64_t full_count(const ls_conv *s, int n)
{
    return (int64_t)n * s->p * s->q * s->o;
}

size_t ls_ref_conv_scratch(const ls_conv *s, int n)
{
    return s->pools ? sizeof(float) * (size_t)full_count(s, n) : 0;
}

void ls_ref_conv_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, uint8_t *which, void *scratch)
{
    if (!s->pools) {
        convolve(s, n, x, w, b, y);
        return;
    }
    const ls_pool pool = pool_of(s);
    float *full = scratch; /* [n,P,Q,O] */
    convolve(s, n, x, w, b, full);
    ls_ref_unary_forward(LS_RELU, 0.0F, full_count(s, n), full, full);
    ls_ref_maxpool_forward(&pool, n, full, y, which);
    for (int64_t i = 0; i < full_count(s, n) / 4; i++) {
        which[i] = y[i] > 0.0F ? which[i] : LS_NO_PLACE;
    }
}

/* full: [n,P,Q,O], of the convolution's output, from dy: [n,P/2,Q/2,O]. */
static void restore(const ls_conv *s, int n, const uint8_t *which, const float *dy, float *full)
{
    for (int64_t i = 0; i < full_count(s, n); i++) {
        int64_t line = i / s->o / s->q; /* through all images: P is even */
        int column = (int)(i / s->o % s->q);
        int64_t from = (line / 2 * (s->q / 2) + column / 2) * s->o + i % s->o;
        full[i] = which[from] == line % 2 * 2 + column % 2 ? dy[from] : 0.0F;
    }
}

void ls_ref_conv_backward(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          const uint8_t *which, float *dx, float *dw, float *db, void *scratch)
{
    if (s->pools) {
        restore(s, n, which, dy, scratch);
        dy = scratch;
    }
    convolve_backward(s, n, x, w, dy, dx, dw, db);
}
