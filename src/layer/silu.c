/* silu: x sigmoid(x), value by value (Elfwing, Uchibe and Doya 2018, eq. 9). */
#include "unary.h"

static ls_status plan_silu(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    return ls_layer_unary_plan(self, "silu", LS_SILU, backend, in, plan);
}

const ls_layer_type ls_layer_silu = {
    .name = "silu",
    .help = "x / (1 + exp(-x)) of every value",
    .bytes = sizeof(ls_layer_unary),
    .plan = plan_silu,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
