/* layernorm(eps=1e-5): every image's values with mean 0 and variance 1, over all places and
 * channels (Ba, Kiros and Hinton 2016); then times gamma and plus beta, one of each a channel. */
#include "norm.h"

static const ls_arg_spec args[] = {LS_LAYER_NORM_EPS, {0}};

static ls_status plan_layernorm(void *self, const double *values, const ls_backend *backend,
                                ls_shape in, int lane, ls_layer_plan *plan)
{
    return ls_layer_norm_plan(self, "layernorm", backend, in, 1, values[0], lane, plan);
}

const ls_layer_type ls_layer_layernorm = {
    .name = "layernorm",
    .help = "an image's values made mean 0 and variance 1: layernorm(eps=1e-5)",
    .bytes = sizeof(ls_norm),
    .args = args,
    .plan = plan_layernorm,
    .forward = ls_layer_norm_images_forward,
    .backward = ls_layer_norm_images_backward,
};
