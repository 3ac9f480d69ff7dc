/* Proves: initial weights are uniform with He's or Glorot's bound as model.init asks, biases zero
 * and other parameters as their layer says, all a pure function of the seed: not of the lane, nor
 * of what the memory held before; no two parameters of a model share their numbers. */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <string.h>

static const ls_shape cifar = {32, 32, 3};

static ls_model *make(const char *argument)
{
    ls_config config;
    ls_small_config(&config, argument);
    ls_model *model = ls_small_create(&config, cifar, LS_MODEL_EVALUATE);
    ls_model_init(model, 1);
    return model;
}

/* Uniform in [-bound, bound): near both ends, with the mean and variance of that law. */
static void check_weights(ls_model *model, int index, double bound)
{
    const ls_model_layer *layer = ls_model_layer_at(model, index);
    const float *w = ls_model_parameters(model) + layer->params[0].offset;
    int64_t count = layer->params[0].count;
    double low = 0.0;
    double high = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    for (int64_t i = 0; i < count; i++) {
        low = fmin(low, w[i]);
        high = fmax(high, w[i]);
        sum += w[i];
        squares += (double)w[i] * w[i];
    }
    assert_true(low >= -bound * (1 + 1e-7) && low < -0.97 * bound);
    assert_true(high <= bound * (1 + 1e-7) && high > 0.97 * bound);
    double n = (double)count;
    assert_true(fabs(sum / n) < 4 * bound / sqrt(3 * n));
    assert_true(fabs(squares / n / (bound * bound / 3) - 1) < 4 * sqrt(0.8 / n));
}

static void glorot_is_the_default(void **state)
{
    (void)state;
    ls_model *model = make("train.lane=16");
    check_weights(model, 0, sqrt(6.0 / (27 + 288)));           /* conv 3 -> 32 */
    check_weights(model, 9, sqrt(6.0 / (2048 + 128)));         /* dense */
    check_weights(model, 17, sqrt(6.0 / (9.0 / 4 * 32 + 27))); /* deconv 32 -> 3, stride 2 */
    ls_model_destroy(model);
}

static void he_takes_inputs_alone(void **state)
{
    (void)state;
    ls_model *model = make("model.init=he");
    check_weights(model, 0, sqrt(6.0 / 27));
    check_weights(model, 9, sqrt(6.0 / 2048));
    check_weights(model, 13, sqrt(6.0 / (9.0 / 4 * 128)));
    ls_model_destroy(model);
}

static void biases_are_zero(void **state)
{
    (void)state;
    ls_model *model = make("train.lane=2");
    int64_t count = ls_model_parameter_count(model);
    memset(ls_model_parameters(model), 0xff, sizeof(float) * (size_t)count);
    ls_model_init(model, 1);
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        for (int64_t k = 0; layer->plan.param_count > 0 && k < layer->params[1].count; k++) {
            assert_true(ls_model_parameters(model)[layer->params[1].offset + k] == 0.0F);
        }
    }
    ls_model_destroy(model);
}

/* A prelu's slopes. */
static void values_are_set(void **state)
{
    (void)state;
    ls_config config;
    ls_small_config(&config, "train.lane=2");
    strcpy(config.model_encoder, "conv(4) prelu");
    strcpy(config.model_decoder, "conv(3)");
    ls_model *model = ls_small_create(&config, cifar, LS_MODEL_EVALUATE);
    ls_model_init(model, 1);
    const ls_model_layer *prelu = ls_model_layer_at(model, 1);
    assert_int_equal(prelu->params[0].count, 4);
    for (int64_t i = 0; i < 4; i++) {
        assert_true(ls_model_parameters(model)[prelu->params[0].offset + i] == 0.25F);
    }
    ls_model_destroy(model);
}

static void seed_alone_decides(void **state)
{
    (void)state;
    ls_model *a = make("train.lane=2");
    ls_model *b = make("train.lane=16");
    size_t bytes = sizeof(float) * (size_t)ls_model_parameter_count(a);
    assert_memory_equal(ls_model_parameters(a), ls_model_parameters(b), bytes);
    ls_model_init(b, 2);
    assert_memory_not_equal(ls_model_parameters(a), ls_model_parameters(b), bytes);
    /* Layers of one shape begin differently. */
    const float *w = ls_model_parameters(a);
    assert_memory_not_equal(w + ls_model_layer_at(a, 9)->low, w + ls_model_layer_at(a, 10)->low,
                            64 * sizeof(float));
    ls_model_destroy(b);
    ls_model_destroy(a);
}

/* By the signs of the first weights: a layer's fifth parameter beside those of the layers behind.
 */
static void parameters_begin_apart(void **state)
{
    (void)state;
    ls_model *model = make("model.encoder=cbam(1, kernel=5) conv(3, kernel=5) conv(3)");
    const ls_model_layer *first = ls_model_layer_at(model, 0);
    assert_int_equal(first->plan.param_count, 6);
    assert_int_equal(first->params[4].count, 50);
    const float *spatial = ls_model_parameters(model) + first->params[4].offset;
    for (int i = 1; i < 3; i++) {
        const float *w = ls_model_parameters(model) + ls_model_layer_at(model, i)->params[0].offset;
        int same = 0;
        for (int k = 0; k < 50; k++) {
            same += (w[k] < 0) == (spatial[k] < 0);
        }
        assert_true(same > 10 && same < 40); /* 25 to be expected, with a deviation of 3.5 */
    }
    ls_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glorot_is_the_default), cmocka_unit_test(he_takes_inputs_alone),
        cmocka_unit_test(biases_are_zero),       cmocka_unit_test(values_are_set),
        cmocka_unit_test(seed_alone_decides),    cmocka_unit_test(parameters_begin_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
