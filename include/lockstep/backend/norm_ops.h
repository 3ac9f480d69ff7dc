/* The operations of layers that normalize, attend and gate, as types of functions; the table is in
 * lockstep/backend/ops.h. */
#ifndef LOCKSTEP_BACKEND_NORM_OPS_H
#define LOCKSTEP_BACKEND_NORM_OPS_H

#include <stdbool.h>
#include <stdint.h>

/* Normalization of [blocks, places, C]: every group of C / groups channels in a row has, in each
 * block, a mean and a variance (biased) over its channels and places. With xhat = (x - mean) /
 * sqrt(variance + eps): y = gamma[c] * xhat + beta[c]. Batch normalization has one block and a
 * group for each channel; layer normalization a block for each image, and one group. */
typedef struct ls_norm {
    int64_t places;
    int c, groups; /* groups divide c */
    float eps;
    bool fixed; /* in backward: mean and variance are constants, not x's own */
} ls_norm;

/* z[m,n] = scale * a[m,k] b[k,n] + keep * z, with rows so many floats apart; with keep = 0, z is
 * not read. a_turned: a is [k,m]; b_turned: b is [n,k]. */
typedef struct ls_matmul {
    int m, n, k;
    int a_row, b_row, z_row;
    bool a_turned, b_turned;
    float scale, keep;
} ls_matmul;

/* An array [outer, middle, inner], of which the middle is squeezed: over an image's places [N, HW,
 * C], or over a place's channels [N HW, C, 1]. */
typedef struct ls_axis {
    int64_t outer;
    int middle, inner;
} ls_axis;

/* mean, variance: [blocks, groups] */
typedef void ls_norm_statistics_op(const ls_norm *s, int blocks, const float *x, float *mean,
                                   float *variance);
typedef void ls_norm_apply_op(const ls_norm *s, int blocks, const float *x, const float *mean,
                              const float *variance, const float *gamma, const float *beta,
                              float *y);
/* terms: [2, groups], to use. */
typedef void ls_norm_backward_op(const ls_norm *s, int blocks, const float *x, const float *mean,
                                 const float *variance, const float *gamma, const float *dy,
                                 float *dx, float *dgamma, float *dbeta, float *terms);

/* Of each row: y[j] = exp(x[j]) / sum_k exp(x[k]); dx[j] = y[j] (dy[j] - sum_k dy[k] y[k]). y may
 * be x, and dx may be dy. */
typedef void ls_softmax_op(int64_t rows, int columns, const float *x, float *y);
typedef void ls_softmax_backward_op(int64_t rows, int columns, const float *y, const float *dy,
                                    float *dx);

typedef void ls_matmul_op(const ls_matmul *s, const float *a, const float *b, float *z);

/* mean, most: [outer, inner], over the middle; which: the first place of the maximum, where a NaN
 * counts as larger than every number. most and which may be NULL. Backward: dx +=. */
typedef void ls_squeeze_op(const ls_axis *s, const float *x, float *mean, float *most, int *which);
typedef void ls_squeeze_backward_op(const ls_axis *s, const int *which, const float *dmean,
                                    const float *dmost, float *dx);
/* y[o,m,i] = x[o,m,i] gate[o,i]; dgate is assigned. y may be x, and dx may be dy. */
typedef void ls_gate_op(const ls_axis *s, const float *x, const float *gate, float *y);
typedef void ls_gate_backward_op(const ls_axis *s, const float *x, const float *gate,
                                 const float *dy, float *dx, float *dgate);

#endif
