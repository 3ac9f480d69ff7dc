/* Proves what model.freeze does to a model: the layers before the first one trained get no
 * gradients, and those from there on the same bits as without; that one may be named; skips that
 * cross the border change nothing; slices cover what is trained; names that are not there are
 * refused. */
#include "small_model.h"

#include "lockstep/base/status.h"
#include "unit/cmocka_all.h"

#include <string.h>

enum { LANE = 3, VALUES = LANE * 8 * 8 * 3, PARAMETERS_MAX = 8000 };

static const ls_shape shape = {8, 8, 3};

#define ENCODER "conv(6) batchnorm relu maxpool(2) save(s) conv(6) relu add(s) dense(9)"
#define DECODER "dense(48) relu reshape(4,4,3) deconv(3) sigmoid"

static ls_status try_create(ls_model **model, const char *freeze, const char *decoder)
{
    ls_config config;
    ls_small_config(&config, "train.lane=3");
    strcpy(config.model_freeze, freeze);
    strcpy(config.model_encoder, ENCODER);
    strcpy(config.model_decoder, decoder);
    return ls_model_create(model, &config, ls_small_ref(), shape, LS_MODEL_TRAIN);
}

typedef struct cover {
    int64_t next; /* where the slice before this one began */
} cover;

static void take_slice(void *context, const ls_slice *slice)
{
    cover *c = context;
    assert_true(slice->high == c->next);
    c->next = slice->low;
}

/* Gradients of one lane of fixed numbers. Returns where those that are trained begin. */
static int64_t run(const char *freeze, const char *first, float *gradients)
{
    static float x[VALUES];
    static float dy[VALUES];
    ls_model *model;
    assert_int_equal(try_create(&model, freeze, DECODER), LS_OK);
    ls_model_init(model, 1);
    ls_small_fill(x, VALUES, 1);
    ls_small_fill(dy, VALUES, 2);
    const ls_training training = {.samples = (const int64_t[LANE]){0, 1, 2}, .images = LANE};
    ls_model_forward(model, LANE, x, &training);
    cover c = {.next = ls_model_gradient_count(model)};
    ls_model_backward(model, dy, &(ls_lane_pass){.hook = take_slice, .context = &c});
    const ls_model_layer *layer = ls_model_layer_at(model, ls_model_first_trained(model));
    assert_string_equal(layer->path, first);
    assert_int_equal(c.next, layer->low);
    assert_true(ls_model_parameter_count(model) <= PARAMETERS_MAX);
    memcpy(gradients, ls_model_gradients(model),
           sizeof(float) * (size_t)ls_model_parameter_count(model));
    int64_t low = layer->low;
    ls_model_destroy(model);
    return low;
}

static void gradients_behind_are_the_same(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"encoder/0-conv", "encoder/1-batchnorm"},
                                           {"encoder/1-batchnorm", "encoder/5-conv"},
                                           {"encoder/3-maxpool", "encoder/5-conv"},
                                           {"encoder/5-conv", "encoder/8-dense"},
                                           {"encoder", "decoder/0-dense"}};
    static float all[PARAMETERS_MAX];
    assert_int_equal(run("none", "encoder/0-conv", all), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static float some[PARAMETERS_MAX];
        memset(some, 0, sizeof some);
        int64_t low = run(cases[i][0], cases[i][1], some);
        for (int64_t k = 0; k < low; k++) {
            assert_true(some[k] == 0 && low > 0);
        }
        assert_memory_equal(some + low, all + low, sizeof(float) * (size_t)(PARAMETERS_MAX - low));
    }
}

static void refusals(void **state)
{
    (void)state;
    ls_model *model;
    assert_int_equal(try_create(&model, "encoder/1-conv", DECODER), LS_BAD_INPUT);
    assert_non_null(
        strstr(ls_error_message(), "a layer of the encoder: encoder/0-conv, encoder/1-"));
    assert_int_equal(try_create(&model, "decoder/0-dense", DECODER), LS_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gradients_behind_are_the_same),
                                       cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
