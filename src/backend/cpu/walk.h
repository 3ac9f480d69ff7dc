/* A product for every place of an image: the loop that gather and spread share. */
#ifndef LOCKSTEP_BACKEND_CPU_WALK_H
#define LOCKSTEP_BACKEND_CPU_WALK_H

#include "product.h"

#define ls_walk LS_SET(ls_cpu_walk)

/* Output place (row, column) reads x + row * x_line + column * x_column by `runs`, and writes `out`
 * floats to y + row * y_line + column * y_column. Distances in floats. */
typedef struct ls_grid {
    int lines, columns, out;
    int64_t x_line, x_column, y_line, y_column;
    ls_runs runs;
} ls_grid;

/* panels: [ceil(out / LS_PANEL), runs * length, LS_PANEL]; bias: [out], or NULL for zeros */
void ls_walk(const ls_grid *s, const float *x, const float *panels, const float *bias, float *y);

#endif
