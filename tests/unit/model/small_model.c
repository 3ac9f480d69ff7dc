/* Small models for the tests of model. */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"

void ls_small_set(ls_config *config, const char *argument)
{
    if (ls_config_apply_arguments(config, 1, &argument) != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
}

void ls_small_config(ls_config *config, const char *argument)
{
    ls_config_defaults(config);
    ls_small_set(config, argument);
}

const ls_backend *ls_small_ref(void)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

ls_model *ls_small_create(const ls_config *config, ls_shape input, ls_model_use use)
{
    ls_model *model = NULL;
    if (ls_model_create(&model, config, ls_small_ref(), input, use) != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
    return model;
}

void ls_small_fill(float *a, int64_t count, uint32_t stream)
{
    const ls_random_key key = {.seed = 11, .purpose = LS_PURPOSE_TEST, .sample = stream};
    for (int64_t i = 0; i < count; i++) {
        a[i] = ls_random_uniform(&key, (uint32_t)i);
    }
}
