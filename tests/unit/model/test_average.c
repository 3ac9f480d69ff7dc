/* Proves where averages stand and what they are: at the end of the state block, counted there and
 * not among the gradients, and absent without optim.average; they begin as the initial weights, and
 * follow as the recurrence says, in the range named alone, faster in the first steps; one that has
 * come to its weight stays; exchanged, the model runs with them, and a second exchange gives all
 * back to the bit. */
#include "unit/cmocka_all.h"

#include "lockstep/model/model.h"
#include "small_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ls_shape input = {4, 4, 2};

static ls_model *create(const char *average, ls_model_use use)
{
    static ls_config config;
    ls_small_config(&config, "model.encoder=dense(5) tanh");
    ls_small_set(&config, "model.decoder=dense(32) reshape(4,4,2)");
    ls_small_set(&config, "train.lane=3");
    ls_small_set(&config, average);
    return ls_small_create(&config, input, use);
}

static void places(void **state)
{
    (void)state;
    ls_model *without = create("optim.average=0", LS_MODEL_TRAIN);
    ls_model *with = create("optim.average=0.5", LS_MODEL_TRAIN);
    ls_model *plan = create("optim.average=0.5", LS_MODEL_PLAN);
    int64_t count = ls_model_parameter_count(with);
    assert_int_equal(count, 32 * 5 + 5 + 5 * 32 + 32);
    assert_int_equal(ls_model_state_count(without), 0);
    assert_null(ls_model_averages(without));
    assert_int_equal(ls_model_state_count(with), count);
    assert_int_equal(ls_model_state_count(plan), count);
    assert_int_equal(ls_model_gradient_count(with), ls_model_gradient_count(without));
    assert_ptr_equal(ls_model_averages(with), ls_model_state(with));
    assert_int_equal(ls_model_bytes(plan), ls_model_bytes(with));
    ls_model_destroy(plan);
    ls_model_destroy(with);
    ls_model_destroy(without);
}

/* 0.75 and 0.25 are exact: w = 0 then 8 gives 2, 3.5, 4.625. */
static void follow_by_hand(void **state)
{
    (void)state;
    ls_model *model = create("optim.average=0.75", LS_MODEL_TRAIN);
    int64_t count = ls_model_parameter_count(model);
    ls_model_init(model, 3);
    float *w = ls_model_parameters(model);
    float *a = ls_model_averages(model);
    assert_memory_equal(a, w, sizeof(float) * (size_t)count);
    ls_model_follow_averages(model, 1, 0, count); /* nothing has moved */
    assert_memory_equal(a, w, sizeof(float) * (size_t)count);
    memset(w, 0, sizeof(float) * (size_t)count);
    ls_model_start_averages(model);
    const float expected[] = {2, 3.5F, 4.625F};
    for (int64_t i = 0; i < count; i++) {
        w[i] = 8;
    }
    for (int t = 0; t < 3; t++) {
        ls_model_follow_averages(model, 1000 + t, 7, 100);
        for (int64_t i = 0; i < count; i++) {
            assert_true(a[i] == (i >= 7 && i < 100 ? expected[t] : 0));
        }
    }
    ls_model_destroy(model);
}

/* 10000 steps of weights that swing around 1, in double beside it. */
static void follow_for_long(void **state)
{
    (void)state;
    ls_model *model = create("optim.average=0.999", LS_MODEL_EVALUATE);
    float *w = ls_model_parameters(model);
    float *a = ls_model_averages(model);
    double right = a[0] = 0;
    for (int t = 1; t <= 10000; t++) {
        w[0] = 1 + (float)sin(0.01 * t);
        double kept = fmin(0.999, (1.0 + t) / (10.0 + t));
        right = kept * right + (1.0 - kept) * (double)w[0];
        ls_model_follow_averages(model, t, 0, 1);
    }
    assert_true(fabs(a[0] - right) <= 1e-4);
    ls_model_destroy(model);
}

static void exchanged(void **state)
{
    (void)state;
    ls_model *model = create("optim.average=0.9", LS_MODEL_TRAIN);
    int64_t count = ls_model_parameter_count(model);
    size_t bytes = sizeof(float) * (size_t)count;
    float x[32];
    float first[32];
    float *kept = malloc(bytes);
    assert_non_null(kept);
    ls_small_fill(x, 32, 1);
    ls_model_init(model, 4);
    memcpy(kept, ls_model_averages(model), bytes);
    memcpy(first, ls_model_forward(model, 1, x, NULL), sizeof first);
    ls_small_fill(ls_model_parameters(model), count, 2);
    float moved = ls_model_parameters(model)[5];
    assert_memory_not_equal(ls_model_forward(model, 1, x, NULL), first, sizeof first);
    ls_model_exchange_averages(model);
    assert_memory_equal(ls_model_forward(model, 1, x, NULL), first, sizeof first);
    assert_memory_equal(ls_model_parameters(model), kept, bytes);
    ls_model_exchange_averages(model);
    assert_memory_equal(ls_model_averages(model), kept, bytes);
    assert_true(ls_model_parameters(model)[5] == moved);
    assert_memory_not_equal(ls_model_forward(model, 1, x, NULL), first, sizeof first);
    free(kept);
    ls_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(follow_by_hand),
        cmocka_unit_test(follow_for_long),
        cmocka_unit_test(exchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
