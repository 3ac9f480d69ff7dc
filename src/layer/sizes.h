/* Checks that every layer's plan shares: outputs and parameters whose sizes are positive and fit
 * an int, so that no later product of sizes can overflow. Private to layer. */
#ifndef LOCKSTEP_LAYER_SIZES_H
#define LOCKSTEP_LAYER_SIZES_H

#include "lockstep/base/status.h"
#include "lockstep/layer/layer.h"

/* Sets plan->out to h x w x c; fails unless ls_shape_fits. `in` is named in the message. */
ls_status ls_layer_set_output(ls_layer_plan *plan, ls_shape in, int64_t h, int64_t w, int64_t c);

/* Fails when an array of dims[0] x ... has more than 2^31 - 1 values; `what` names it. */
ls_status ls_layer_check_count(const char *what, int dim_count, const int *dims);

/* Adds the two parameters of a layer with weights of the given shape (dims: [dim_count]) and a
 * bias of `out` values. Fails when they are too many. */
ls_status ls_layer_add_weight_and_bias(ls_layer_plan *plan, int dim_count, const int *dims, int out,
                                       double fan_in, double fan_out);

#endif
