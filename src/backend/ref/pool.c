/* Max and average pooling straight from their formulas. */
#include "ref.h"

#include <math.h>
#include <string.h>

/* The first of the window's largest values; a NaN counts as larger than every number, so that a
 * fault upstream is not hidden. `x` points at the window's first value. */
static int best(const ls_pool *s, const float *x)
{
    int found = 0;
    float most = x[0];
    for (int i = 0; i < s->window; i++) {
        for (int j = 0; j < s->window; j++) {
            float value = x[((int64_t)i * s->w + j) * s->c];
            if (value > most || (isnan(value) && !isnan(most))) {
                most = value;
                found = i * s->window + j;
            }
        }
    }
    return found;
}

/* Where in [N,H,W,C] the value lies that output (k, p, q, c) took by window place `which`. */
static int64_t place(const ls_pool *s, int k, int p, int q, int c, int which)
{
    int h = p * s->stride + which / s->window;
    int w = q * s->stride + which % s->window;
    return (((int64_t)k * s->h + h) * s->w + w) * s->c + c;
}

void ls_ref_maxpool_forward(const ls_pool *s, int n, const float *x, float *y, uint8_t *which)
{
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int c = 0; c < s->c; c++) {
                    int found = best(s, x + place(s, k, p, q, c, 0));
                    *which++ = (uint8_t)found;
                    *y++ = x[place(s, k, p, q, c, found)];
                }
            }
        }
    }
}

void ls_ref_maxpool_backward(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                             float *dx)
{
    memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int c = 0; c < s->c; c++) {
                    dx[place(s, k, p, q, c, *which++)] += *dy++;
                }
            }
        }
    }
}

void ls_ref_maxpool_gather(const ls_pool *s, int n, const uint8_t *which, const float *x, float *y)
{
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int c = 0; c < s->c; c++) {
                    *y++ = x[place(s, k, p, q, c, *which++)];
                }
            }
        }
    }
}

void ls_ref_avgpool_forward(const ls_pool *s, int n, const float *x, float *y)
{
    int area = s->window * s->window;
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int c = 0; c < s->c; c++) {
                    double sum = 0.0;
                    for (int which = 0; which < area; which++) {
                        sum += x[place(s, k, p, q, c, which)];
                    }
                    *y++ = (float)(sum / area);
                }
            }
        }
    }
}

void ls_ref_avgpool_backward(const ls_pool *s, int n, const float *dy, float *dx)
{
    int area = s->window * s->window;
    memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    for (int k = 0; k < n; k++) {
        for (int p = 0; p < s->p; p++) {
            for (int q = 0; q < s->q; q++) {
                for (int c = 0; c < s->c; c++, dy++) {
                    for (int which = 0; which < area; which++) {
                        dx[place(s, k, p, q, c, which)] += *dy / (float)area;
                    }
                }
            }
        }
    }
}
