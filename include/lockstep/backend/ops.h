/* The table of operations that a backend fills: what a layer, a loss, an optimizer and the trainer
 * may ask of a device. An operation that a backend lacks is NULL; whoever plans with it checks that
 * and reports it by name, never replacing it in silence.
 *
 * Laws (docs/design.md): NHWC float32; parameters' gradients accumulate (+=), activations'
 * gradients are assigned (=); `dx` may be NULL; activations are aligned to LS_ALIGN where they
 * begin, parameters and their gradients to 4 bytes only (they are slices of one block without
 * gaps).
 */
#ifndef LOCKSTEP_BACKEND_OPS_H
#define LOCKSTEP_BACKEND_OPS_H

#include "lockstep/backend/loss_ops.h"
#include "lockstep/backend/norm_ops.h"
#include "lockstep/backend/shapes.h"
#include "lockstep/base/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fixed point for exact sums of gradients: quantum 2^-44. A lane's value
 * becomes the integer nearest to g * 2^44, ties to even: an error of at most 2^-45, none at all for
 * |g| >= 2^-21. Integers are added without any error, so a total over L lanes, in whatever order,
 * is within L * 2^-45 of the true sum; it becomes float32 with one rounding to nearest. int64 holds
 * totals in [-2^19, 2^19): L values below 2^19 / L each cannot leave it. Every backend and kernel
 * set gives the same integers. */
#define LS_FIXED_SHIFT 44

typedef struct ls_backend {
    const char *name;
    int isa;                /* an ls_isa */
    ls_conv_form conv_form; /* what a conv asks for */
    const char *products;   /* whose the small products are: "own" or "libxsmm" */

    /* Weights in the order in which forward or backward (towards x) reads them: made once, used
     * until the weights change. *_packed: bytes; 0 or NULL = the weights as they are. Where
     * forward and backward say w, they mean those packed for them, if there are any. */
    size_t (*conv_packed)(const ls_conv *s, bool backward);
    void (*conv_pack)(const ls_conv *s, bool backward, const float *w, float *packed);
    size_t (*deconv_packed)(const ls_conv *s, bool backward);
    void (*deconv_pack)(const ls_conv *s, bool backward, const float *w, float *packed);
    size_t (*dense_packed)(int in, int out, bool backward);
    void (*dense_pack)(int in, int out, bool backward, const float *w, float *packed);

    /* Convolution. scratch: bytes that forward and backward need for n images. which: NULL, or with
     * s->pools the places of the maxima as maxpool has them, or LS_NO_PLACE; then y is what relu
     * and maxpool(2) would leave of the convolution, with the same bits, [N,P/2,Q/2,O], and dy its
     * gradient. Without dx, backward does not read w. */
    const char *(*conv_method)(const ls_conv *s); /* static text, one a form: "direct" */
    size_t (*conv_scratch)(const ls_conv *s, int n);
    void (*conv_forward)(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, uint8_t *which, void *scratch);
    void (*conv_backward)(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          const uint8_t *which, float *dx, float *dw, float *db, void *scratch);
    const char *(*deconv_method)(const ls_conv *s); /* as conv_method */
    size_t (*deconv_scratch)(const ls_conv *s, int n);
    /* Whether it can rectify in the same pass (s->rectifies); NULL = never. Then y is what relu
     * would leave, with the same bits, and dy its gradient: backward reads y too, else NULL. */
    bool (*deconv_rectifies)(const ls_conv *s);
    void (*deconv_forward)(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                           float *y, void *scratch);
    void (*deconv_backward)(const ls_conv *s, int n, const float *x, const float *w, const float *y,
                            const float *dy, float *dx, float *dw, float *db, void *scratch);

    /* y[n,o] = b[o] + sum_i x[n,i] w[i,o]. */
    void (*dense_forward)(int n, int in, int out, const float *x, const float *w, const float *b,
                          float *y);
    void (*dense_dx)(int n, int in, int out, const float *w, const float *dy, float *dx);
    void (*dense_dw)(int n, int in, int out, const float *x, const float *dy, float *dw);
    void (*dense_db)(int n, int out, const float *dy, float *db);
    /* The same of several lanes at once, where dense_sums(out); NULL = of no layer. to: of the
     * rows that are asked for. */
    bool (*dense_sums)(int out);
    void (*dense_sum)(const ls_dense_sum *s, const ls_lane_sums *to);

    /* which: [N,P,Q,C], the maximum's place i * window + j in its window (the first of equals). A
     * NaN counts as larger than every number, here as in relu: a fault is not hidden. */
    void (*maxpool_forward)(const ls_pool *s, int n, const float *x, float *y, uint8_t *which);
    void (*maxpool_backward)(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                             float *dx);

    /* y[n,p,q,c] = x at the place which[n,p,q,c] of its window: the adjoint of maxpool_backward. */
    void (*maxpool_gather)(const ls_pool *s, int n, const uint8_t *which, const float *x, float *y);
    /* The mean of each window. */
    void (*avgpool_forward)(const ls_pool *s, int n, const float *x, float *y);
    void (*avgpool_backward)(const ls_pool *s, int n, const float *dy, float *dx);
    void (*upsample_forward)(const ls_upsample *s, int n, const float *x, float *y);
    void (*upsample_backward)(const ls_upsample *s, int n, const float *dy, float *dx);

    /* y may be x, and dx may be dy. `slope` is leaky_relu's, or elu's alpha. at: y, but x of a kind
     * that ls_unary_needs_x. */
    void (*unary_forward)(ls_unary kind, float slope, int64_t count, const float *x, float *y);
    void (*unary_backward)(ls_unary kind, float slope, int64_t count, const float *at,
                           const float *dy, float *dx);
    /* x, y: [rows,c]; x where x > 0, else slope[c] * x. y may be x, and dx may be dy. */
    void (*prelu_forward)(int64_t rows, int c, const float *slope, const float *x, float *y);
    void (*prelu_dx)(int64_t rows, int c, const float *slope, const float *x, const float *dy,
                     float *dx);
    void (*prelu_dslope)(int64_t rows, int c, const float *x, const float *dy, float *dslope);

    /* keep[i] = number i of the key's stream is not below `limit`: 1, else 0. */
    void (*draw)(const ls_random_key *key, uint32_t limit, int64_t count, uint8_t *keep);
    /* x, y: [rows,width]; y = x * keep[width] * scale. y may be x. */
    void (*mask)(int64_t rows, int64_t width, const uint8_t *keep, float scale, const float *x,
                 float *y);

    /* y[i] += x[i] */
    void (*add)(int64_t count, const float *x, float *y);

    /* Normalization, attention and gates (norm_ops.h). */
    ls_norm_statistics_op *norm_statistics;
    ls_norm_apply_op *norm_apply;
    ls_norm_backward_op *norm_backward;
    ls_softmax_op *softmax_forward;
    ls_softmax_backward_op *softmax_backward;
    ls_matmul_op *matmul;
    ls_squeeze_op *squeeze_forward;
    ls_squeeze_backward_op *squeeze_backward;
    ls_gate_op *gate_forward;
    ls_gate_backward_op *gate_backward;

    /* Losses (loss_ops.h). */
    ls_loss_op *mse, *mae, *bce;
    ls_huber_op *huber;
    ls_filter_op *filter;

    void (*adam)(const ls_adam *s, int64_t count, float *w, const float *g, float *m, float *v);
    void (*sgd)(const ls_sgd *s, int64_t count, float *w, const float *g, float *m);

    /* x = pixels / 255 */
    void (*images_to_float)(int64_t count, const uint8_t *pixels, float *x);

    /* total[i] += round(g[i] * 2^44), or with `first` = instead of +=; then g[i] = 0. False if any
     * |g| was NaN or not below `limit` (at most 2^19): the lane is then worthless, and what is in g
     * and total with it. The caller takes 2^19 / lanes as limit, so that no total can overflow. */
    bool (*fixed_add)(int64_t count, float limit, bool first, float *g, int64_t *total);
    /* The largest magnitude; NaN if there is one. Whoever has dense_sum has it. */
    float (*largest)(int64_t count, const float *x);
    /* g[i] = total[i] * 2^-44, rounded once. */
    void (*fixed_to_float)(int64_t count, const int64_t *total, float *g);
} ls_backend;

#endif
