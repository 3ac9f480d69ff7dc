/* Proves: every registered layer type is found by its name, tells what it is, has a well-formed
 * table of arguments, and refuses a backend that lacks an operation instead of failing later. The
 * mathematics is proved by tests/contract/layers. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/layer/layer.h"

#include <string.h>

static void types_are_found(void **state)
{
    (void)state;
    const char *const names[] = {"conv",      "deconv",     "maxpool",   "dense",     "reshape",
                                 "relu",      "leaky_relu", "tanh",      "sigmoid",   "prelu",
                                 "elu",       "gelu",       "silu",      "unpool",    "avgpool",
                                 "upsample",  "dropout",    "batchnorm", "layernorm", "se",
                                 "groupnorm", "cbam",       "attention", "gaussian",  "sparse"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ls_layer_type *type = ls_layer_type_find(names[i]);
        assert_non_null(type);
        assert_string_equal(type->name, names[i]);
    }
    assert_null(ls_layer_type_find("softmax"));
    assert_null(ls_layer_type_find(""));
}

static void types_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < ls_layer_type_count(); i++) {
        const ls_layer_type *type = ls_layer_type_at(i);
        assert_ptr_equal(ls_layer_type_find(type->name), type); /* names are unique */
        assert_true(strlen(type->help) > 10);
        assert_true(type->bytes > 0);
        assert_true(type->plan != NULL && type->forward != NULL && type->backward != NULL);
        int count = 0;
        for (const ls_arg_spec *arg = type->args; arg != NULL && arg->name != NULL; arg++) {
            count++;
            assert_true(arg->low <= arg->high);
            assert_int_equal(arg->role == LS_ARG_CHOICE, arg->words != NULL);
            assert_non_null(strstr(type->help, arg->name));
        }
        assert_true(count <= LS_LAYER_ARGS);
    }
}

/* Values that plan for an 8x8x4 image: the arguments' order is that of the types' help. */
static const double *plannable_values(const char *name)
{
    static const double conv[LS_LAYER_ARGS] = {4, 3, 1, 1};
    static const double deconv[LS_LAYER_ARGS] = {4, 3, 2, 1, 1};
    static const double pool[LS_LAYER_ARGS] = {2, 2};
    static const double half[LS_LAYER_ARGS] = {0.5};
    static const double two[LS_LAYER_ARGS] = {2, 1};
    return strcmp(name, "conv") == 0                             ? conv
           : strcmp(name, "deconv") == 0                         ? deconv
           : strstr(name, "pool") != NULL                        ? pool
           : strstr("groupnorm se cbam attention", name) != NULL ? two
                                                                 : half;
}

static void missing_operations_are_named(void **state)
{
    (void)state;
    const struct {
        const char *layer, *operation;
    } needs[] = {{"conv", "conv_"},        {"deconv", "deconv_"},   {"maxpool", "maxpool_"},
                 {"dense", "dense_"},      {"relu", "unary_"},      {"leaky_relu", "unary_"},
                 {"tanh", "unary_"},       {"sigmoid", "unary_"},   {"elu", "unary_"},
                 {"gelu", "unary_"},       {"silu", "unary_"},      {"prelu", "prelu_"},
                 {"unpool", "maxpool_"},   {"avgpool", "avgpool_"}, {"upsample", "upsample_"},
                 {"dropout", "draw"},      {"batchnorm", "norm_"},  {"layernorm", "norm_"},
                 {"groupnorm", "norm_"},   {"se", "squeeze_"},      {"cbam", "squeeze_"},
                 {"attention", "softmax_"}};
    const ls_backend bare = {.name = "bare"};
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        const ls_layer_type *type = ls_layer_type_find(needs[i].layer);
        void *self;
        assert_int_equal(ls_alloc(&self, type->bytes, "a test"), LS_OK);
        ls_layer_plan plan = {0};
        const ls_shape in = {8, 8, 4};
        ls_status status = type->plan(self, plannable_values(needs[i].layer), &bare, in, 2, &plan);
        assert_int_equal(status, LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), needs[i].operation));
        assert_non_null(strstr(ls_error_message(), needs[i].layer));
        assert_non_null(strstr(ls_error_message(), "backend bare"));
        ls_free(self);
    }
}

/* FLOPs and fans by hand. */
static void plans_count_work(void **state)
{
    (void)state;
    const ls_backend *ref;
    assert_int_equal(ls_backend_find(&ref, "ref", LS_ISA_PORTABLE), LS_OK);
    const ls_layer_type *conv = ls_layer_type_find("conv");
    const ls_layer_type *deconv = ls_layer_type_find("deconv");
    ls_conv self;
    const ls_shape in = {8, 8, 4};
    ls_layer_plan plan = {0};
    assert_int_equal(conv->plan(&self, plannable_values("conv"), ref, in, 2, &plan), LS_OK);
    assert_true(plan.flops == 2.0 * 9 * 4 * 4 * 64);
    assert_true(plan.params[0].fan_in == 36 && plan.params[0].fan_out == 36);
    plan = (ls_layer_plan){0};
    assert_int_equal(deconv->plan(&self, plannable_values("deconv"), ref, in, 2, &plan), LS_OK);
    assert_true(plan.flops == 2.0 * 9 * 4 * 4 * 64);
    assert_true(plan.params[0].fan_in == 9 && plan.params[0].fan_out == 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_found),
        cmocka_unit_test(types_are_complete),
        cmocka_unit_test(missing_operations_are_named),
        cmocka_unit_test(plans_count_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
