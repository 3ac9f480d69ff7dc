/* What the operations of a backend are told: sizes and settings of each kind (ops.h has the
 * operations). Letters: N batch, H W C in, P Q O out, K kernel. */
#ifndef LOCKSTEP_BACKEND_SHAPES_H
#define LOCKSTEP_BACKEND_SHAPES_H

#include <stdbool.h>
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
    bool pools;     /* conv alone: rectified and max pooled by 2 x 2 in the same pass; P, Q even */
    bool rectifies; /* deconv alone: rectified in the same pass */
} ls_conv;

/* `which` of a fused pooling where the maximum is not positive: no gradient comes back. */
#define LS_NO_PLACE 4

/* Pooling, non-overlapping or overlapping: window x window every `stride`, no padding. */
typedef struct ls_pool {
    int h, w, c;
    int p, q;
    int window, stride;
} ls_pool;

/* [N,H,W,C] to [N,H*factor,W*factor,C]: each value so many times over on both sides, or bilinear:
 * output p lies at (p + 1/2) / factor - 1/2 between the inputs' centres, beyond the outer ones at
 * the border's value. */
typedef struct ls_upsample {
    int h, w, c;
    int factor;
    bool bilinear;
} ls_upsample;

/* What a dense layer has of a lane of n images: its inputs and the gradients of its outputs, images
 * so many floats apart as ls_dense_sum says. */
typedef struct ls_lane_rows {
    int n; /* 0 = nothing */
    const float *x, *dy;
} ls_lane_rows;

/* The sum over lanes of the gradient of a dense layer's weights [in,out] and, as row `in`, of its
 * biases: rows [first, first + rows) of it. */
typedef struct ls_dense_sum {
    int in, out, first, rows;
    int64_t x_pitch, dy_pitch;
    int lanes;
    const ls_lane_rows *lane; /* [lanes] */
    float bound;              /* no number of a lane's gradient is larger; all are below 2^19 */
} ls_dense_sum;

/* Where sums over lanes go. Exact: every lane's number is rounded to fixed point (ops.h) and added
 * to total, or with `first` to zero; the sum stays there, or goes as float32 to g, if that is not
 * NULL: total is then of no use. Not exact: each lane is added to g, one after another. */
typedef struct ls_lane_sums {
    bool exact, first;
    int64_t *total;
    float *g;
} ls_lane_sums;

/* Functions of one number. The derivative follows from the output alone, so that a layer may work
 * over its input, or (gelu and silu, which are not monotonic) from the input alone. */
typedef enum ls_unary {
    LS_RELU,
    LS_LEAKY_RELU,
    LS_TANH,
    LS_SIGMOID,
    LS_ELU,
    LS_GELU,
    LS_SILU
} ls_unary;

static inline bool ls_unary_needs_x(ls_unary kind)
{
    return kind == LS_GELU || kind == LS_SILU;
}

/* One step of Adam (Kingma and Ba 2015, algorithm 1): step_size is lr / (1 - beta1^t), and
 * root_scale 1 / sqrt(1 - beta2^t): w -= step_size * m / (sqrt(v) * root_scale + eps). */
typedef struct ls_adam {
    float step_size, root_scale, beta1, beta2, eps;
} ls_adam;

/* SGD with momentum: m = momentum * m + g; w -= lr * m. */
typedef struct ls_sgd {
    float lr, momentum;
} ls_sgd;

#endif
