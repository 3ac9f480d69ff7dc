/* leaky_relu(slope=0.01): x where x > 0, else slope * x (Maas et al. 2013). The slope is kept in
 * (0, 1), so that the output has the sign of the input and the derivative follows from it. */
#include "unary.h"

static const ls_arg_spec args[] = {{.name = "slope", .fallback = "0.01", .low = 0, .high = 1}, {0}};

static ls_status plan_leaky_relu(void *self, const double *values, const ls_backend *backend,
                                 ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    ls_layer_unary *s = self;
    s->slope = (float)values[0];
    LS_REQUIRE(s->slope > 0.0F && s->slope < 1.0F, LS_BAD_INPUT,
               "slope %g must lie between 0 and 1, both excluded", values[0]);
    return ls_layer_unary_plan(s, "leaky_relu", LS_LEAKY_RELU, backend, in, plan);
}

const ls_layer_type ls_layer_leaky_relu = {
    .name = "leaky_relu",
    .help = "x where positive, else slope * x: leaky_relu(slope=0.01)",
    .bytes = sizeof(ls_layer_unary),
    .args = args,
    .plan = plan_leaky_relu,
    .forward = ls_layer_unary_forward,
    .backward = ls_layer_unary_backward,
};
