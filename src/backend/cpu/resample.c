/* Means of windows, and images enlarged: place by place, all channels side by side. */
#include "cpu.h"

#include <string.h>

static void copy(int c, const float *x, float *y)
{
    memcpy(y, x, sizeof *y * (size_t)c);
}

static void add(int c, const float *restrict x, float *restrict y)
{
    for (int i = 0; i < c; i++) {
        y[i] += x[i];
    }
}

static void scale_by(int64_t count, float scale, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] *= scale;
    }
}

/* y += scale * x */
static void add_scaled(int c, float scale, const float *restrict x, float *restrict y)
{
    for (int i = 0; i < c; i++) {
        y[i] += scale * x[i];
    }
}

/* y[n,p,q,c] = the sum of the window. */
static void sum_windows(const ls_pool *s, int n, const float *x, float *y)
{
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        const float *from = x + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, y += s->c) {
            const float *window = from + (int64_t)q * s->stride * s->c;
            copy(s->c, window, y);
            for (int k = 1; k < s->window * s->window; k++) {
                int64_t place = (int64_t)(k / s->window) * s->w + k % s->window;
                add(s->c, window + place * s->c, y);
            }
        }
    }
}

void LS_SET(ls_cpu_avgpool_forward)(const ls_pool *s, int n, const float *x, float *y)
{
    sum_windows(s, n, x, y);
    scale_by((int64_t)n * s->p * s->q * s->c, 1.0f / (float)(s->window * s->window), y);
}

void LS_SET(ls_cpu_avgpool_backward)(const ls_pool *s, int n, const float *dy, float *dx)
{
    float part = 1.0f / (float)(s->window * s->window);
    memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    for (int64_t row = 0; row < (int64_t)n * s->p; row++) {
        float *to = dx + (row / s->p * s->h + row % s->p * s->stride) * s->w * s->c;
        for (int q = 0; q < s->q; q++, dy += s->c) {
            float *window = to + (int64_t)q * s->stride * s->c;
            for (int k = 0; k < s->window * s->window; k++) {
                int64_t place = (int64_t)(k / s->window) * s->w + k % s->window;
                add_scaled(s->c, part, dy, window + place * s->c);
            }
        }
    }
}

/* --- nearest ---------------------------------------------------------------------------------- */

static void repeat(const ls_upsample *s, int n, const float *x, float *y)
{
    size_t row = (size_t)s->w * (size_t)s->factor * (size_t)s->c;
    for (int64_t h = 0; h < (int64_t)n * s->h; h++) {
        const float *first = y;
        for (int w = 0; w < s->w; w++, x += s->c) {
            for (int k = 0; k < s->factor; k++, y += s->c) {
                copy(s->c, x, y);
            }
        }
        for (int k = 1; k < s->factor; k++, y += row) {
            memcpy(y, first, sizeof *y * row);
        }
    }
}

static void repeat_back(const ls_upsample *s, int n, const float *dy, float *dx)
{
    const ls_pool windows = {.h = s->h * s->factor,
                             .w = s->w * s->factor,
                             .c = s->c,
                             .p = s->h,
                             .q = s->w,
                             .window = s->factor,
                             .stride = s->factor};
    sum_windows(&windows, n, dy, dx);
}

/* --- bilinear --------------------------------------------------------------------------------- */

/* The two inputs that an output lies between on one side, and the second one's part. */
typedef struct between {
    int low, high;
    float part;
} between;

/* Of output k of those that lie in input i. */
static between between_of(int i, int k, int factor, int size)
{
    int halves = 2 * k + 1 - factor; /* from the input's centre, in halves of an output's side */
    int low = halves < 0 ? i - 1 : i;
    int from_low = halves < 0 ? halves + 2 * factor : halves;
    return (between){.low = low < 0 ? 0 : low,
                     .high = low + 1 < size ? low + 1 : size - 1,
                     .part = (float)from_low / (float)(2 * factor)};
}

/* The four inputs around an output, as offsets in the image, and their parts. */
typedef struct corners {
    int64_t at[4];
    float part[4];
} corners;

static corners corners_of(const ls_upsample *s, const between *h, const between *w)
{
    int64_t top = (int64_t)h->low * s->w;
    int64_t bottom = (int64_t)h->high * s->w;
    return (corners){.at = {(top + w->low) * s->c, (top + w->high) * s->c, (bottom + w->low) * s->c,
                            (bottom + w->high) * s->c},
                     .part = {(1.0f - h->part) * (1.0f - w->part), (1.0f - h->part) * w->part,
                              h->part * (1.0f - w->part), h->part * w->part}};
}

static void blend(int c, const corners *from, const float *x, float *restrict y)
{
    const float *a = x + from->at[0];
    const float *b = x + from->at[1];
    const float *d = x + from->at[2];
    const float *e = x + from->at[3];
    for (int i = 0; i < c; i++) {
        y[i] = (from->part[0] * a[i] + from->part[1] * b[i]) +
               (from->part[2] * d[i] + from->part[3] * e[i]);
    }
}

/* To the inputs, one after another: at a border two of them are the same. */
static void blend_back(int c, const corners *to, const float *dy, float *dx)
{
    for (int k = 0; k < 4; k++) {
        add_scaled(c, to->part[k], dy, dx + to->at[k]);
    }
}

/* One line of outputs, of one image x. */
static void blend_line(const ls_upsample *s, const between *h, const float *x, float *y)
{
    for (int j = 0; j < s->w; j++) {
        for (int k = 0; k < s->factor; k++, y += s->c) {
            between w = between_of(j, k, s->factor, s->w);
            corners from = corners_of(s, h, &w);
            blend(s->c, &from, x, y);
        }
    }
}

static void blend_line_back(const ls_upsample *s, const between *h, const float *dy, float *dx)
{
    for (int j = 0; j < s->w; j++) {
        for (int k = 0; k < s->factor; k++, dy += s->c) {
            between w = between_of(j, k, s->factor, s->w);
            corners to = corners_of(s, h, &w);
            blend_back(s->c, &to, dy, dx);
        }
    }
}

void LS_SET(ls_cpu_upsample_forward)(const ls_upsample *s, int n, const float *x, float *y)
{
    if (!s->bilinear) {
        repeat(s, n, x, y);
        return;
    }
    int64_t line = (int64_t)s->w * s->factor * s->c;
    for (int64_t i = 0; i < (int64_t)n * s->h; i++) {
        const float *image = x + i / s->h * s->h * s->w * s->c;
        for (int k = 0; k < s->factor; k++, y += line) {
            between h = between_of((int)(i % s->h), k, s->factor, s->h);
            blend_line(s, &h, image, y);
        }
    }
}

void LS_SET(ls_cpu_upsample_backward)(const ls_upsample *s, int n, const float *dy, float *dx)
{
    if (!s->bilinear) {
        repeat_back(s, n, dy, dx);
        return;
    }
    int64_t line = (int64_t)s->w * s->factor * s->c;
    memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    for (int64_t i = 0; i < (int64_t)n * s->h; i++) {
        float *image = dx + i / s->h * s->h * s->w * s->c;
        for (int k = 0; k < s->factor; k++, dy += line) {
            between h = between_of((int)(i % s->h), k, s->factor, s->h);
            blend_line_back(s, &h, dy, image);
        }
    }
}
