/* Tiles of sums that stay in registers, and the innermost loops that add to them. */
#ifndef LOCKSTEP_BACKEND_CPU_SUMS_H
#define LOCKSTEP_BACKEND_CPU_SUMS_H

#include "vec.h"

#include <stdint.h>

#define LS_PANEL (2 * LS_VEC) /* columns of a tile, in floats */

#define LS_LINE_BYTES  64 /* of a line of the cache */
#define LS_LINE_FLOATS (LS_LINE_BYTES / 4)

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
#define LS_UP_TO_9(X)  LS_UP_TO_8(X) X(9)
#define LS_UP_TO_12(X) LS_UP_TO_9(X) X(10) X(11) X(12)

/* What one row of a product reads: `runs` runs of `length` floats, `pitch` floats apart. */
typedef struct ls_runs {
    int runs, length;
    int64_t pitch;
} ls_runs;

/* How far ahead panels are asked for, in floats: most come from the second or third cache. Measured
 * on a Zen 5: 5 % of a training step. */
#define LS_PANEL_AHEAD 2048

/* sums[r] += sum_k x[r][k] panel[k][0..LS_PANEL) where k counts through the runs; x moves on.
 * `rows` is a constant where this is called. */
static LS_ALWAYS_INLINE void ls_product_runs(int rows, const ls_runs *runs, const float **x,
                                             const float *panel, ls_vec (*sums)[2])
{
    for (int run = 0; run < runs->runs; run++) {
        LS_UNROLL_4
        for (int64_t k = 0; k < runs->length; k++, panel += LS_PANEL) {
            ls_vec left = ls_vec_load(panel);
            ls_vec right = ls_vec_load(panel + LS_VEC);
            ls_ask_for_panel(panel + LS_PANEL_AHEAD);
            LS_UNROLL
            for (int r = 0; r < rows; r++) {
                ls_vec factor = ls_vec_splat(x[r][k]);
                sums[r][0] = ls_vec_fma(factor, left, sums[r][0]);
                sums[r][1] = ls_vec_fma(factor, right, sums[r][1]);
            }
        }
        LS_UNROLL
        for (int r = 0; r < rows; r++) {
            x[r] += runs->pitch;
        }
    }
}

/* sums[r] += the sum over places of a[r] * b[0..LS_PANEL); a and b move on by a_step and b_step
 * floats. ahead: floats from b to what is asked for meanwhile; 0 = nothing. rows and ahead are
 * constants where this is called. */
static LS_ALWAYS_INLINE void ls_outer_line(int rows, int places, const float *a, int64_t a_step,
                                           const float *b, int64_t b_step, int ahead,
                                           ls_vec sums[LS_OUTER_ROWS][2])
{
    LS_UNROLL_4
    for (int place = 0; place < places; place++) {
        ls_vec left = ls_vec_load(b);
        ls_vec right = ls_vec_load(b + LS_VEC);
        if (ahead > 0) {
            ls_ask_for_panel(b + ahead);
            __builtin_prefetch(a + 2 * LS_OUTER_ROWS);
        }
        LS_UNROLL
        for (int r = 0; r < rows; r++) {
            ls_vec factor = ls_vec_splat(a[r]);
            sums[r][0] = ls_vec_fma(factor, left, sums[r][0]);
            sums[r][1] = ls_vec_fma(factor, right, sums[r][1]);
        }
        a += a_step;
        b += b_step;
    }
}

#endif
