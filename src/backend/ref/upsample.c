/* Images enlarged, straight from the formula: what an output takes of the inputs around it. */
#include "ref.h"

#include <math.h>

/* The part of input `i` in output `p` of a side with `size` inputs. */
static double part(const ls_upsample *s, int size, int p, int i)
{
    if (!s->bilinear) {
        return p / s->factor == i ? 1.0 : 0.0;
    }
    double at = (p + 0.5) / s->factor - 0.5;
    at = fmin(fmax(at, 0.0), size - 1.0); /* borders */
    return fmax(0.0, 1.0 - fabs(at - i));
}

/* An output has parts of the input that it lies in and of that one's neighbours alone. */
static int first(int factor, int p)
{
    int i = p / factor - 1;
    return i < 0 ? 0 : i;
}

static int last(int factor, int p, int size)
{
    int i = p / factor + 1;
    return i < size ? i : size - 1;
}

/* y[p,q,c] of one image. */
static double value(const ls_upsample *s, const float *x, int p, int q, int c)
{
    double sum = 0.0;
    for (int h = first(s->factor, p); h <= last(s->factor, p, s->h); h++) {
        for (int w = first(s->factor, q); w <= last(s->factor, q, s->w); w++) {
            sum +=
                part(s, s->h, p, h) * part(s, s->w, q, w) * x[((int64_t)h * s->w + w) * s->c + c];
        }
    }
    return sum;
}

void ls_ref_upsample_forward(const ls_upsample *s, int n, const float *x, float *y)
{
    for (int k = 0; k < n; k++, x += (int64_t)s->h * s->w * s->c) {
        for (int p = 0; p < s->h * s->factor; p++) {
            for (int q = 0; q < s->w * s->factor; q++) {
                for (int c = 0; c < s->c; c++) {
                    *y++ = (float)value(s, x, p, q, c);
                }
            }
        }
    }
}

/* What comes back to x[h,w,c] of one image: from the outputs that lie in it or in its neighbours.
 */
static double gradient(const ls_upsample *s, const float *dy, int h, int w, int c)
{
    int f = s->factor;
    double sum = 0.0;
    for (int p = h > 0 ? (h - 1) * f : 0; p < (h + 2) * f && p < s->h * f; p++) {
        for (int q = w > 0 ? (w - 1) * f : 0; q < (w + 2) * f && q < s->w * f; q++) {
            sum += part(s, s->h, p, h) * part(s, s->w, q, w) *
                   dy[((int64_t)p * s->w * f + q) * s->c + c];
        }
    }
    return sum;
}

void ls_ref_upsample_backward(const ls_upsample *s, int n, const float *dy, float *dx)
{
    int64_t out = (int64_t)s->h * s->factor * s->w * s->factor * s->c;
    for (int k = 0; k < n; k++, dy += out) {
        for (int h = 0; h < s->h; h++) {
            for (int w = 0; w < s->w; w++) {
                for (int c = 0; c < s->c; c++) {
                    *dx++ = (float)gradient(s, dy, h, w, c);
                }
            }
        }
    }
}
