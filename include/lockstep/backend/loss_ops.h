/* What losses ask of a backend (a part of its table, ops.h). */
#ifndef LOCKSTEP_BACKEND_LOSS_OPS_H
#define LOCKSTEP_BACKEND_LOSS_OPS_H

#include <stdint.h>

/* A function f of each value y and its target t. y, target: [N,count]; sums: [N], each image's sum
 * of f, in double; dy (or NULL) = scale * df/dy.
 *   mse: (y - t)^2
 *   mae: |y - t|, with the derivative 0 at 0
 *   bce: -(t ln y + (1 - t) ln(1 - y)) with logarithms of at least -100, NaN outside [0, 1];
 *        derivative (y - t) / max(y (1 - y), 1e-12) */
typedef void ls_loss_op(int n, int64_t count, const float *y, const float *target, float scale,
                        double *sums, float *dy);
/* The same with d = y - t: d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) beyond. */
typedef void ls_huber_op(int n, int64_t count, const float *y, const float *target, float delta,
                         float scale, double *sums, float *dy);

/* Weighted sums of neighbours, in double, each product and sum rounded on its own from the first
 * tap to the last; x and y are apart:
 *   y[r * y_line + j] = sum_{i < taps} weights[i] x[r * x_line + j + i * step], r < rows, j < count
 */
typedef struct ls_filter {
    int taps;
    const double *weights; /* [taps] */
    int64_t step, rows, count, x_line, y_line;
} ls_filter;
typedef void ls_filter_op(const ls_filter *s, const double *x, double *y);

#endif
