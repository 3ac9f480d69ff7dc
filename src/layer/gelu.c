/* gelu: x Phi(x) by its tanh form, x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, within 5e-4
 * of the form with erf (Hendrycks and Gimpel 2016, section 2). */
#include "unary.h"

static ls_status plan_gelu(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    return ls_layer_unary_plan(self, "gelu", LS_GELU, backend, in, plan);
}

const ls_layer_type ls_layer_gelu = {
    .name = "gelu",
    .help = "x times the probability that a normal variate is below it, by tanh",
    .bytes = sizeof(ls_layer_unary),
    .plan = plan_gelu,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
