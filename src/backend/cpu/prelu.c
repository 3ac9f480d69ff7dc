/* A rectifier with a slope for each channel. Narrow rows are taken side by side, so that vectors
 * are full. */
#include "rows.h"

#define WIDE 64 /* values of rows side by side, at most */

/* Rows of c values as fewer of `width`. */
static int rows_together(int64_t rows, int c)
{
    int together = WIDE / c;
    return together < 1 ? 1 : together < rows ? together : (int)rows;
}

/* The slopes of rows side by side: as they are of one, else copied to `repeated`. */
static const float *repeat(int together, int c, const float *slope, float repeated[WIDE])
{
    if (together <= 1) {
        return slope;
    }
    ls_rows_set(together, c, slope, repeated);
    return repeated;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void LS_SET(ls_cpu_prelu_forward)(int64_t rows, int c, const float *slope, const float *x, float *y)
{
    float repeated[WIDE];
    int together = rows_together(rows, c);
    const float *a = repeat(together, c, slope, repeated);
    int64_t width = (int64_t)together * c;
    for (int64_t at = 0; at < rows * c; at += width) {
        int64_t part = least(width, rows * c - at);
        for (int64_t i = 0; i < part; i++) {
            y[at + i] = x[at + i] > 0.0f ? x[at + i] : a[i] * x[at + i];
        }
    }
}

void LS_SET(ls_cpu_prelu_dx)(int64_t rows, int c, const float *slope, const float *x,
                             const float *dy, float *dx)
{
    float repeated[WIDE];
    int together = rows_together(rows, c);
    const float *a = repeat(together, c, slope, repeated);
    int64_t width = (int64_t)together * c;
    for (int64_t at = 0; at < rows * c; at += width) {
        int64_t part = least(width, rows * c - at);
        for (int64_t i = 0; i < part; i++) {
            dx[at + i] = dy[at + i] * (x[at + i] > 0.0f ? 1.0f : a[i]);
        }
    }
}

void LS_SET(ls_cpu_prelu_dslope)(int64_t rows, int c, const float *x, const float *dy,
                                 float *dslope)
{
    float sums[WIDE] = {0.0f};
    int together = rows_together(rows, c);
    float *to = together > 1 ? sums : dslope;
    int64_t width = (int64_t)together * c;
    for (int64_t at = 0; at < rows * c; at += width) {
        int64_t part = least(width, rows * c - at);
        for (int64_t i = 0; i < part; i++) {
            to[i] += x[at + i] > 0.0f ? 0.0f : x[at + i] * dy[at + i];
        }
    }
    for (int64_t i = 0; together > 1 && i < width; i++) {
        dslope[i % c] += sums[i];
    }
}
