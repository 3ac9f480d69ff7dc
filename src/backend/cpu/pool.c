/* Max pooling: one window at a time, all channels side by side. */
#include "cpu.h"

#include <string.h>

/* Takes over the values that are larger, and the first NaN, which then stays. */
static void take(int c, uint8_t place, const float *restrict x, float *restrict y,
                 uint8_t *restrict which)
{
    for (int i = 0; i < c; i++) {
        bool larger = !(x[i] <= y[i]) & (y[i] == y[i]);
        y[i] = larger ? x[i] : y[i];
        which[i] = larger ? place : which[i];
    }
}

void LS_SET(ls_cpu_maxpool_forward)(const ls_pool *s, int n, const float *x, float *y,
                                    uint8_t *which)
{
    size_t c = (size_t)s->c;
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        const float *from = x + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, y += c, which += c) {
            const float *window = from + (int64_t)q * s->stride * s->c;
            memcpy(y, window, sizeof *y * c);
            memset(which, 0, c);
            for (int k = 1; k < s->window * s->window; k++) {
                int64_t place = (int64_t)(k / s->window) * s->w + k % s->window;
                take(s->c, (uint8_t)k, window + place * s->c, y, which);
            }
        }
    }
}

/* Hands dy on to the window place whose value was taken. */
static void give(int c, uint8_t place, const uint8_t *restrict which, const float *restrict dy,
                 float *restrict dx)
{
    for (int i = 0; i < c; i++) {
        dx[i] = which[i] == place ? dy[i] : 0.0f;
    }
}

/* The same where windows overlap. */
static void give_more(int c, uint8_t place, const uint8_t *restrict which, const float *restrict dy,
                      float *restrict dx)
{
    for (int i = 0; i < c; i++) {
        dx[i] += which[i] == place ? dy[i] : 0.0f;
    }
}

void LS_SET(ls_cpu_maxpool_backward)(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                                     float *dx)
{
    bool is_tiled = s->window == s->stride && s->p * s->stride == s->h && s->q * s->stride == s->w;
    if (!is_tiled) { /* some places lie in no window, or in several */
        memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    }
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        float *to = dx + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, dy += s->c, which += s->c) {
            float *window = to + (int64_t)q * s->stride * s->c;
            for (int k = 0; k < s->window * s->window; k++) {
                int64_t place = (int64_t)(k / s->window) * s->w + k % s->window;
                if (s->stride < s->window) {
                    give_more(s->c, (uint8_t)k, which, dy, window + place * s->c);
                } else {
                    give(s->c, (uint8_t)k, which, dy, window + place * s->c);
                }
            }
        }
    }
}

/* Takes the values that stand at a window place. */
static void fetch(int c, uint8_t place, const uint8_t *restrict which, const float *restrict x,
                  float *restrict y)
{
    for (int i = 0; i < c; i++) {
        y[i] = which[i] == place ? x[i] : y[i];
    }
}

void LS_SET(ls_cpu_maxpool_gather)(const ls_pool *s, int n, const uint8_t *which, const float *x,
                                   float *y)
{
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        const float *from = x + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, y += s->c, which += s->c) {
            const float *window = from + (int64_t)q * s->stride * s->c;
            memcpy(y, window, sizeof *y * (size_t)s->c);
            for (int k = 1; k < s->window * s->window; k++) {
                int64_t place = (int64_t)(k / s->window) * s->w + k % s->window;
                fetch(s->c, (uint8_t)k, which, window + place * s->c, y);
            }
        }
    }
}
