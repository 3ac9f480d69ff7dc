/* Batch normalization in a model, by hand: in training each lane is normalized by its own numbers;
 * a step moves the states towards the mean over lanes, weighted by their images, of means and of
 * variances without bias; evaluation goes by the states, image by image. */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <string.h>

enum { LANE = 2, C = 2 };

static const ls_shape pair = {1, 1, C};

/* A batch of three images in lanes of two and one. Of the first lane: means 2 and 0, variances 1
 * and 4, without bias 2 and 8. Of the second: means 5 and 7, variances 0. */
static const float images[3 * C] = {1, 2, 3, -2, 5, 7};
static const ls_training training = {.step = 1, .images = 3};

static ls_model *make(void)
{
    ls_config config;
    ls_small_config(&config, "train.lane=2");
    strcpy(config.model_encoder, "batchnorm(0.25, eps=1)");
    strcpy(config.model_decoder, "reshape(1,1,2)");
    ls_model *model = ls_small_create(&config, pair, LS_MODEL_TRAIN);
    ls_model_init(model, 1);
    return model;
}

static void expect(const float *got, int count, const double *want)
{
    for (int i = 0; i < count; i++) {
        if (!(fabs(got[i] - want[i]) <= 1e-6)) {
            fail_msg("value %d is %.9g, not %.9g", i, got[i], want[i]);
        }
    }
}

static void states_begin_neutral(void **state)
{
    (void)state;
    ls_model *model = make();
    assert_int_equal(ls_model_state_count(model), 2 * C);
    expect(ls_model_state(model), 2 * C, (const double[]){0, 0, 1, 1});
    assert_int_equal(ls_model_parameter_count(model), 2 * C);
    expect(ls_model_parameters(model), 2 * C, (const double[]){1, 1, 0, 0});
    ls_model_destroy(model);
}

static void lanes_are_normalized(void **state)
{
    (void)state;
    ls_model *model = make();
    const double a = 1 / sqrt(2.0);
    const double b = 2 / sqrt(5.0);
    expect(ls_model_forward(model, 2, images, &training), 4, (const double[]){-a, b, a, -b});
    expect(ls_model_forward(model, 1, images + 4, &training), 2, (const double[]){0, 0});
    ls_model_destroy(model);
}

static const double means[C] = {(2 * 2 + 5) / 3.0, 7 / 3.0};
static const double variances[C] = {2 * 2 / 3.0, 2 * 8 / 3.0};

static ls_model *make_stepped(void)
{
    ls_model *model = make();
    ls_model_forward(model, 2, images, &training);
    ls_model_forward(model, 1, images + 4, &training);
    const float *sums = ls_model_gradients(model) + ls_model_parameter_count(model);
    expect(sums, 2 * C, (const double[]){means[0], means[1], variances[0], variances[1]});
    ls_model_move_state(model, sums);
    return model;
}

static void steps_move_states(void **state)
{
    (void)state;
    ls_model *model = make_stepped();
    const double want[2 * C] = {0.25 * means[0], 0.25 * means[1], 0.75 + 0.25 * variances[0],
                                0.75 + 0.25 * variances[1]};
    expect(ls_model_state(model), 2 * C, want);
    ls_model_destroy(model);
}

static void evaluation_goes_by_states(void **state)
{
    (void)state;
    ls_model *model = make_stepped();
    float before[2 * C];
    memcpy(before, ls_model_state(model), sizeof before);
    double want[2 * C];
    for (int i = 0; i < 2 * C; i++) {
        want[i] = (images[i] - before[i % C]) / sqrt((double)before[C + i % C] + 1);
    }
    expect(ls_model_run(model, 0, 2, 2, images), 2 * C, want);
    expect(ls_model_run(model, 0, 2, 1, images), C, want);
    expect(ls_model_run(model, 0, 2, 1, images + C), C, want + C);
    assert_memory_equal(ls_model_state(model), before, sizeof before);
    ls_model_destroy(model);
}

/* Whose gradients take the states as constants: with dy = 1, gamma's is the sum of what evaluation
 * gives. */
static void evaluation_has_gradients(void **state)
{
    (void)state;
    ls_model *model = make_stepped();
    float dy[2 * C] = {1, 1, 1, 1};
    const float *y = ls_model_forward(model, 2, images, NULL);
    const double want[2 * C] = {(double)y[0] + y[2], (double)y[1] + y[3], 2, 2};
    ls_model_backward(model, dy, NULL);
    expect(ls_model_gradients(model), 2 * C, want);
    ls_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_begin_neutral),     cmocka_unit_test(lanes_are_normalized),
        cmocka_unit_test(steps_move_states),        cmocka_unit_test(evaluation_goes_by_states),
        cmocka_unit_test(evaluation_has_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
