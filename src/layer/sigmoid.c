/* sigmoid: 1 / (1 + exp(-x)), value by value; its derivative is y (1 - y). Puts the last layer's
 * outputs into the pixels' range (0, 1). */
#include "unary.h"

static ls_status plan_sigmoid(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    return ls_layer_unary_plan(self, "sigmoid", LS_SIGMOID, backend, in, plan);
}

const ls_layer_type ls_layer_sigmoid = {
    .name = "sigmoid",
    .help = "1 / (1 + exp(-x)) of every value",
    .bytes = sizeof(ls_layer_unary),
    .plan = plan_sigmoid,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
