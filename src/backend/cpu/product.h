/* The two small products that all convolutions are made of. Both keep a tile of rows x LS_PANEL
 * sums in registers; how many rows a tile has changes no row's bits. */
#ifndef LOCKSTEP_BACKEND_CPU_PRODUCT_H
#define LOCKSTEP_BACKEND_CPU_PRODUCT_H

#include "cpu.h"
#include "sums.h"

#define ls_product      LS_SET(ls_cpu_product)
#define ls_product_rows LS_SET(ls_cpu_product_rows)
#define ls_outer        LS_SET(ls_cpu_outer)
#define ls_outer_add    LS_SET(ls_cpu_outer_add)

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
