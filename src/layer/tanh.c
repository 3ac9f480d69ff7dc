/* tanh: tanh(x), value by value; its derivative is 1 - y^2. */
#include "unary.h"

static ls_status plan_tanh(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    return ls_layer_unary_plan(self, "tanh", LS_TANH, backend, in, plan);
}

const ls_layer_type ls_layer_tanh = {
    .name = "tanh",
    .help = "tanh(x) of every value",
    .bytes = sizeof(ls_layer_unary),
    .plan = plan_tanh,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
