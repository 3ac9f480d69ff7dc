/* Weighted sums within layers that have several: y[r,o] = b[o] + sum_i x[r,i] w[i,o], over the
 * weights as they are, and two of them with relu between. Private to layer. */
#ifndef LOCKSTEP_LAYER_LINEAR_H
#define LOCKSTEP_LAYER_LINEAR_H

#include "lockstep/layer/layer.h"

typedef struct ls_linear {
    int in, out;
    int param; /* its weight's number among the layer's parameters, [in, out]; bias next, [out] */
} ls_linear;

/* Adds its parameters, by these names, to the plan of layer type `layer`. */
ls_status ls_linear_plan(ls_linear *s, const char *layer, const ls_backend *backend,
                         const char *weight, const char *bias, int in, int out,
                         ls_layer_plan *plan);
void ls_linear_forward(const ls_linear *s, const ls_layer_run *run, int rows, const float *x,
                       float *y);
/* dx is assigned, and may be NULL. */
void ls_linear_backward(const ls_linear *s, const ls_layer_run *run, int rows, const float *x,
                        const float *dy, float *dx);

/* From C channels to max(1, C / ratio), relu, and back: what weighs channels by one another (Hu,
 * Shen and Sun, CVPR 2018). */
typedef struct ls_bottleneck {
    ls_linear down, up;
} ls_bottleneck;

/* Four parameters. */
ls_status ls_bottleneck_plan(ls_bottleneck *s, const char *layer, const ls_backend *backend, int c,
                             int ratio, ls_layer_plan *plan);
/* x, y: [rows, C]; hidden: [rows, down.out], kept for backward. */
void ls_bottleneck_forward(const ls_bottleneck *s, const ls_layer_run *run, int rows,
                           const float *x, float *hidden, float *y);
/* dhidden: to use; dx is assigned, and may be NULL. */
void ls_bottleneck_backward(const ls_bottleneck *s, const ls_layer_run *run, int rows,
                            const float *x, const float *hidden, const float *dy, float *dhidden,
                            float *dx);

#endif
