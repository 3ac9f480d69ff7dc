/* What the operations of a backend are told: sizes and settings of each kind (ops.h has the
 * operations). Letters: N batch, H W C in, P Q O out, K kernel. */
#ifndef LOCKSTEP_BACKEND_SHAPES_H
#define LOCKSTEP_BACKEND_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How 3 x 3 convolutions of stride 1 are computed: chosen by shape, directly, or by Winograd's
 * F(2x2, 3x3) or F(4x4, 3x3). Others are always direct. */
typedef enum ls_conv_form {
    LS_CONV_AUTO,
    LS_CONV_DIRECT,
    LS_CONV_WINOGRAD2,
    LS_CONV_WINOGRAD4,
    LS_CONV_FORMS
} ls_conv_form;

/* A convolution of [N,H,W,C] by [K,K,C,O] to [N,P,Q,O]:
 *   y[n,p,q,o] = b[o] + sum_{i,j,c} x[n, p*stride - pad + i, q*stride - pad + j, c] w[i,j,c,o]
 * with zeros outside x. A transposed convolution (deconv) of [N,H,W,C] by [C,K,K,O] to [N,P,Q,O]:
 *   y[n, h*stride - pad + i, w*stride - pad + j, o] += x[n,h,w,c] w[c,i,j,o], then + b[o]. */
typedef struct ls_conv {
    int h, w, c; /* in */
    int p, q, o; /* out */
    int kernel, stride, pad;
    ls_conv_form form;
    bool pools; /* conv alone: rectified and max pooled by 2 x 2 in the same pass; P, Q even */
} ls_conv;

/* `which` of a fused pooling where the maximum is not positive: no gradient comes back. */
#define LS_NO_PLACE 4

/* Non-overlapping or overlapping max pooling: window x window every `stride`, no padding. */
typedef struct ls_pool {
    int h, w, c;
    int p, q;
    int window, stride;
} ls_pool;

/* Functions of one number, with derivatives that follow from the output alone, so that they may
 * work in place. */
typedef enum ls_unary { LS_RELU, LS_LEAKY_RELU, LS_TANH, LS_SIGMOID } ls_unary;

/* One step of Adam (Kingma and Ba 2015, algorithm 1): step_size is lr / (1 - beta1^t), and
 * root_scale 1 / sqrt(1 - beta2^t): w -= step_size * m / (sqrt(v) * root_scale + eps). */
typedef struct ls_adam {
    float step_size, root_scale, beta1, beta2, eps;
} ls_adam;

/* SGD with momentum: m = momentum * m + g; w -= lr * m. */
typedef struct ls_sgd {
    float lr, momentum;
} ls_sgd;

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

#endif
