/* What the layers that apply a function of one number share. Private to layer. */
#ifndef LOCKSTEP_LAYER_UNARY_H
#define LOCKSTEP_LAYER_UNARY_H

#include "lockstep/layer/layer.h"

typedef struct ls_layer_unary {
    ls_unary kind;
    float slope;   /* leaky_relu's, or elu's alpha; else 0 */
    int64_t count; /* values of an image */
} ls_layer_unary;

/* Fills the private struct, and a plan for: same shape, in place, backward from y or,
 * where the function needs it, from x. */
ls_status ls_layer_unary_plan(ls_layer_unary *self, const char *name, ls_unary kind,
                              const ls_backend *backend, ls_shape in, ls_layer_plan *plan);
void ls_layer_unary_forward(const void *self, const ls_layer_run *run);
void ls_layer_unary_backward(const void *self, const ls_layer_run *run);

#endif
