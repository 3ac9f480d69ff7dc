/* Size checks that the layers' plans share. */
#include "sizes.h"

#include <limits.h>
#include <string.h>

/* a * b, or INT64_MAX when it is more than an int holds; a, b >= 0. */
static int64_t bounded_product(int64_t a, int64_t b)
{
    return b != 0 && a > INT_MAX / b ? INT64_MAX : a * b;
}

ls_status ls_layer_set_output(ls_layer_plan *plan, ls_shape in, int64_t h, int64_t w, int64_t c)
{
    char text[LS_SHAPE_CHARS];
    LS_REQUIRE(h > 0 && w > 0 && c > 0, LS_BAD_INPUT,
               "input %s is too small: the output would be %lldx%lldx%lld", ls_shape_text(in, text),
               (long long)h, (long long)w, (long long)c);
    LS_REQUIRE(ls_shape_fits(h, w, c), LS_BAD_INPUT,
               "the output %lldx%lldx%lld is too large: an image may have %d values, a side %d",
               (long long)h, (long long)w, (long long)c, INT_MAX, LS_SIDE_MAX);
    plan->out = (ls_shape){(int)h, (int)w, (int)c};
    return LS_OK;
}

ls_status ls_layer_check_count(const char *what, int dim_count, const int *dims)
{
    int64_t count = 1;
    for (int i = 0; i < dim_count; i++) {
        count = bounded_product(count, dims[i]);
    }
    LS_REQUIRE(count <= INT_MAX, LS_BAD_INPUT,
               "its %s would have more than 2147483647 values; make the layer smaller", what);
    return LS_OK;
}

ls_status ls_layer_add_weight_and_bias(ls_layer_plan *plan, int dim_count, const int *dims, int out,
                                       double fan_in, double fan_out)
{
    LS_TRY(ls_layer_check_count("weight", dim_count, dims));
    ls_param_plan *weight = &plan->params[plan->param_count++];
    weight->name = "weight";
    weight->dim_count = dim_count;
    memcpy(weight->dims, dims, sizeof(int) * (size_t)dim_count);
    weight->init = LS_INIT_WEIGHT;
    weight->fan_in = fan_in;
    weight->fan_out = fan_out;
    plan->params[plan->param_count++] =
        (ls_param_plan){.name = "bias", .dim_count = 1, .dims = {out}, .init = LS_INIT_ZERO};
    return LS_OK;
}
