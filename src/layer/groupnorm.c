/* groupnorm(groups, eps=1e-5): the channels in `groups` groups of neighbours; of each image, a
 * group's values with mean 0 and variance 1 over its channels and places (Wu and He, ECCV 2018);
 * then times gamma and plus beta, one of each a channel. */
#include "norm.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { GROUPS, EPS };

static const ls_arg_spec args[] = {
    {.name = "groups", .low = 1, .high = 65536, .integer = true}, LS_LAYER_NORM_EPS, {0}};

static ls_status plan_groupnorm(void *self, const double *values, const ls_backend *backend,
                                ls_shape in, int lane, ls_layer_plan *plan)
{
    int groups = (int)values[GROUPS];
    LS_REQUIRE(in.c % groups == 0, LS_BAD_INPUT,
               "%d channels can't be cut into %d groups of one size", in.c, groups);
    return ls_layer_norm_plan(self, "groupnorm", backend, in, groups, values[EPS], lane, plan);
}

const ls_layer_type ls_layer_groupnorm = {
    .name = "groupnorm",
    .help = "groups of channels made mean 0 and variance 1: groupnorm(groups, eps=1e-5)",
    .bytes = sizeof(ls_norm),
    .args = args,
    .plan = plan_groupnorm,
    .forward = ls_layer_norm_images_forward,
    .backward = ls_layer_norm_images_backward,
};
