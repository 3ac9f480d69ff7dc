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

void LS_SET(ls_cpu_maxpool_backward)(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                                     float *dx)
{
    memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        float *to = dx + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, dy += s->c, which += s->c) {
            float *window = to + (int64_t)q * s->stride * s->c;
            for (int i = 0; i < s->c; i++) {
                int64_t place = (int64_t)(which[i] / s->window) * s->w + which[i] % s->window;
                window[place * s->c + i] += dy[i];
            }
        }
    }
}
