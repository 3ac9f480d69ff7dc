/* The two small products that all convolutions are made of. Both keep a tile of rows x LS_PANEL
 * sums in registers; how many rows a tile has changes no row's bits. */
#ifndef LOCKSTEP_BACKEND_CPU_PRODUCT_H
#define LOCKSTEP_BACKEND_CPU_PRODUCT_H

#include "cpu.h"
#include "vec.h"

#define LS_PANEL (2 * LS_VEC) /* columns of a tile, in floats */

#define LS_LINE_FLOATS 16 /* of a line of the cache */

static LS_ALWAYS_INLINE void ls_ask_for_panel(const float *row)
{
    for (int i = 0; i < LS_PANEL; i += LS_LINE_FLOATS) {
        __builtin_prefetch(row + i);
    }
}

/* Rows of a tile: sums, a row of columns and a factor fill the registers. */
#if LS_VEC == 16
#define LS_PRODUCT_ROWS 8
#define LS_OUTER_ROWS   12
#else
#define LS_PRODUCT_ROWS 6
#define LS_OUTER_ROWS   6
#endif

/* X(rows) for every number of rows: cases in which it is a constant, LS_JOIN(LS_UP_TO, most)(X). */
#define LS_UP_TO_6(X)  X(1) X(2) X(3) X(4) X(5) X(6)
#define LS_UP_TO_8(X)  LS_UP_TO_6(X) X(7) X(8)
#define LS_UP_TO_12(X) LS_UP_TO_8(X) X(9) X(10) X(11) X(12)

#define ls_product      LS_SET(ls_cpu_product)
#define ls_product_rows LS_SET(ls_cpu_product_rows)
#define ls_outer        LS_SET(ls_cpu_outer)
#define ls_outer_add    LS_SET(ls_cpu_outer_add)

/* What one row of a product reads: `runs` runs of `length` floats, `pitch` floats apart. */
typedef struct ls_runs {
    int runs, length;
    int64_t pitch;
} ls_runs;

/* y[r][0..LS_PANEL) = bias[0..LS_PANEL) + sum_k x[r][k] panel[k][0..LS_PANEL) for r < rows, where k
 * counts through the runs. panel: [runs * length, LS_PANEL]. rows <= LS_PRODUCT_ROWS. */
void ls_product(int rows, const ls_runs *runs, const float *const *x, const float *panel,
                const float *bias, float *const *y);

/* The same for any number of rows, of which each lies `pitch` floats behind the one before; bias
 * NULL: zeros. */
typedef struct ls_row_run {
    const float *x;
    float *y;
    int64_t x_pitch, y_pitch;
} ls_row_run;
void ls_product_rows(int rows, const ls_runs *runs, ls_row_run at, const float *panel,
                     const float *bias);

/* Places of two images that are visited side by side; distances in floats. */
typedef struct ls_places {
    int images, lines, columns;
    int64_t a_image, a_line, a_column;
    int64_t b_image, b_line, b_column;
} ls_places;

/* Where sums go: rows `pitch` floats apart, added to what stands there or in its place. */
typedef struct ls_sums {
    float *to;
    int64_t pitch;
    bool add;
} ls_sums;

/* Row r: the sum over places of a[place + r] * b[place + 0..LS_PANEL), for r < rows, any number. */
void ls_outer(int rows, const ls_places *places, const float *a, const float *b, ls_sums sums);

/* What a place of one of the images gives to a sum of outer products. */
typedef struct ls_side {
    int count;          /* floats of a place that take part */
    int64_t gradient;   /* distance in dw from one to the next */
    const float *first; /* of the first place */
} ls_side;

/* dw[row, column] += the sum over places, a tile at a time. Of the columns whole panels are read.
 */
void ls_outer_add(const ls_places *places, const ls_side *row, const ls_side *column, float *dw);

#endif
