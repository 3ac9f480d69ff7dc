/* Rows of numbers: what biases need. */
#ifndef LOCKSTEP_BACKEND_CPU_ROWS_H
#define LOCKSTEP_BACKEND_CPU_ROWS_H

#include "cpu.h"

#define ls_rows_set LS_SET(ls_cpu_rows_set)
#define ls_rows_sum LS_SET(ls_cpu_rows_sum)

/* z[rows,width] = row, in every row. */
void ls_rows_set(int64_t rows, int width, const float *row, float *z);
/* row[width] += the sum of z's rows. */
void ls_rows_sum(int64_t rows, int width, const float *z, float *row);

#endif
