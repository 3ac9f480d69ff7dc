/* elu(alpha=1): x where x > 0, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter, ICLR
 * 2016). alpha is positive, so that the output has the sign of the input and the derivative follows
 * from it: y + alpha below 0. */
#include "unary.h"

static const ls_arg_spec args[] = {{.name = "alpha", .fallback = "1", .low = 0, .high = 100}, {0}};

static ls_status plan_elu(void *self, const double *values, const ls_backend *backend, ls_shape in,
                          int lane, ls_layer_plan *plan)
{
    (void)lane;
    ls_layer_unary *s = self;
    s->slope = (float)values[0];
    LS_REQUIRE(s->slope > 0.0F, LS_BAD_INPUT, "alpha %g must be positive; relu has 0", values[0]);
    return ls_layer_unary_plan(s, "elu", LS_ELU, backend, in, plan);
}

const ls_layer_type ls_layer_elu = {
    .name = "elu",
    .help = "x where positive, else alpha (exp(x) - 1): elu(alpha=1)",
    .bytes = sizeof(ls_layer_unary),
    .args = args,
    .plan = plan_elu,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
