/* Proves what an engine's step makes of the reduced gradients, against a plain step of SGD whose
 * change of the weights is the gradient: weights decay, biases do not, to the bit; gradients are
 * clipped by the norm of all that is trained; a frozen encoder stays as it was, to the bit, and the
 * decoder takes the same step as without; averages follow the recurrence after each step; the rate
 * follows the schedule and the plateaus; validation uses the averages and gives the weights back.
 * None of it allocates. */
#include "small_engine.h"

#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LR 0.5

/* Parameters before a step and after it. Owned. */
typedef struct change {
    int64_t count, encoder; /* of them, of the encoder */
    float *before, *after;  /* [count] */
    bool *is_weight;        /* [count] */
} change;

/* Biases too begin with values that would show a decay. */
static void fill(float *w, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        w[i] = 0.1F * (float)sin(0.7 * (double)i);
    }
}

static void note_weights(ls_model *model, change *c)
{
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        for (int k = 0; k < layer->plan.param_count; k++) {
            const ls_model_param *param = &layer->params[k];
            for (int64_t at = 0; at < param->count; at++) {
                c->is_weight[param->offset + at] = strcmp(param->plan->name, "weight") == 0;
            }
        }
    }
}

static change change_of(int count, const char *const *arguments)
{
    small_engine e;
    small_engine_create(&e, count, arguments);
    ls_model *model = ls_engine_model(e.engine);
    change c = {.count = ls_model_parameter_count(model)};
    c.encoder = ls_model_layer_at(model, ls_model_encoder_count(model))->low;
    size_t bytes = sizeof(float) * (size_t)c.count;
    c.before = malloc(bytes);
    c.after = malloc(bytes);
    c.is_weight = calloc((size_t)c.count, sizeof(bool));
    assert_true(c.before != NULL && c.after != NULL && c.is_weight != NULL);
    note_weights(model, &c);
    fill(ls_model_parameters(model), c.count);
    memcpy(c.before, ls_model_parameters(model), bytes);
    int64_t calls = ls_alloc_calls();
    small_engine_step(&e, 1);
    assert_int_equal(ls_alloc_calls(), calls);
    memcpy(c.after, ls_model_parameters(model), bytes);
    small_engine_destroy(&e);
    return c;
}

static void drop(change *c)
{
    free(c->before);
    free(c->after);
    free(c->is_weight);
}

static double norm_of(const change *plain, int64_t low)
{
    double sum = 0;
    for (int64_t i = low; i < plain->count; i++) {
        double g = ((double)plain->before[i] - (double)plain->after[i]) / LR;
        sum += g * g;
    }
    return sqrt(sum);
}

/* w - lr (share g + decay w), as float32 would have it. */
static void require_near(const change *plain, const change *c, int64_t i, double share,
                         double decay)
{
    double w = plain->before[i];
    double step = (w - (double)plain->after[i]) * share + LR * decay * w;
    assert_true(fabs(c->after[i] - (w - step)) <= 4e-8);
}

static void weights_decay(void **state)
{
    (void)state;
    change plain = change_of(0, NULL);
    const char *const kinds[] = {"optim.decay_kind=decoupled", "optim.decay_kind=l2"};
    for (int kind = 0; kind < 2; kind++) {
        change c = change_of(2, (const char *const[]){"optim.weight_decay=0.1", kinds[kind]});
        int64_t biases = 0;
        for (int64_t i = 0; i < c.count; i++) {
            biases += !c.is_weight[i];
            require_near(&plain, &c, i, 1, c.is_weight[i] ? 0.1 : 0);
            assert_true(c.is_weight[i] || c.after[i] == plain.after[i]);
        }
        assert_int_equal(biases, 4 + 5 + 256 + 3);
        drop(&c);
    }
    drop(&plain);
}

static void clips_by_the_norm(void **state)
{
    (void)state;
    change plain = change_of(0, NULL);
    double norm = norm_of(&plain, 0);
    assert_true(norm > 1e-3);
    const double limits[] = {norm / 4, norm * 1.01};
    const double shares[] = {0.25, 1};
    for (int k = 0; k < 2; k++) {
        char limit[64];
        snprintf(limit, sizeof limit, "optim.clip_norm=%.17g", limits[k]);
        change c = change_of(1, (const char *const[]){limit});
        for (int64_t i = 0; i < c.count; i++) {
            require_near(&plain, &c, i, shares[k], 0);
            assert_true(k == 0 || c.after[i] == plain.after[i]);
        }
        drop(&c);
    }
    drop(&plain);
}

static void frozen_encoder_stays(void **state)
{
    (void)state;
    change plain = change_of(0, NULL);
    double norm = norm_of(&plain, plain.encoder);
    assert_true(norm_of(&plain, 0) > 1.000001 * norm);
    char limit[64];
    snprintf(limit, sizeof limit, "optim.clip_norm=%.17g", norm / 2);
    change c[] = {
        change_of(1, (const char *const[]){"model.freeze=encoder"}),
        change_of(2, (const char *const[]){"model.freeze=encoder", limit}),
        change_of(2, (const char *const[]){"model.freeze=encoder", "optim.weight_decay=0.1"})};
    for (int64_t i = 0; i < plain.count; i++) {
        if (i < plain.encoder) {
            assert_true(c[0].after[i] == plain.before[i]);
            assert_true(c[1].after[i] == plain.before[i]);
            assert_true(c[2].after[i] == plain.before[i]);
        } else {
            assert_true(c[0].after[i] == plain.after[i]);
            require_near(&plain, &c[1], i, 0.5, 0);
            require_near(&plain, &c[2], i, 1, c[2].is_weight[i] ? 0.1 : 0);
        }
    }
    for (int k = 0; k < 3; k++) {
        drop(&c[k]);
    }
    drop(&plain);
}

static void nothing_to_train_is_refused(void **state)
{
    (void)state;
    small_engine e;
    small_engine_create(&e, 0, NULL);
    ls_config config = e.config;
    const char *const arguments[] = {"model.freeze=encoder", "model.encoder=conv(4) dense(192)",
                                     "model.decoder=reshape(8,8,3)"};
    ls_engine *engine;
    assert_int_equal(ls_config_apply_arguments(&config, 3, arguments), LS_OK);
    assert_int_equal(ls_engine_create(&engine, &config, e.data, e.comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "model.freeze = encoder: no layer behind"));
    small_engine_destroy(&e);
}

static void averages_follow(void **state)
{
    (void)state;
    small_engine e;
    small_engine_create(&e, 2, (const char *const[]){"optim.average=0.75", "model.freeze=encoder"});
    ls_model *model = ls_engine_model(e.engine);
    int64_t count = ls_model_parameter_count(model);
    int64_t encoder = ls_model_layer_at(model, ls_model_encoder_count(model))->low;
    float *right = malloc(sizeof(float) * (size_t)count);
    assert_non_null(right);
    const float *a = ls_model_averages(model);
    memcpy(right, ls_model_parameters(model), sizeof(float) * (size_t)count);
    for (int64_t step = 1; step <= 3; step++) {
        small_engine_step(&e, step);
        const float *w = ls_model_parameters(model);
        int64_t moved = 0;
        for (int64_t i = 0; i < count; i++) {
            right[i] += (float)(9.0 / (10.0 + (double)step)) * (w[i] - right[i]);
            assert_true(a[i] == right[i]);
            moved += a[i] != w[i];
            assert_true(i >= encoder || a[i] == w[i]);
        }
        assert_true(moved > 100);
    }
    free(right);
    small_engine_destroy(&e);
}

/* The validation of averages is that of an engine whose weights they are. */
static void averages_are_validated(void **state)
{
    (void)state;
    small_engine e;
    small_engine other;
    small_engine_create(&e, 1, (const char *const[]){"optim.average=0.9"});
    small_engine_create(&other, 0, NULL);
    small_engine_step(&e, 1);
    small_engine_step(&e, 2);
    ls_model *model = ls_engine_model(e.engine);
    size_t bytes = sizeof(float) * (size_t)ls_model_parameter_count(model);
    uint64_t digest = ls_weights_digest(model);
    ls_validation mse[3];
    assert_int_equal(ls_engine_validate(e.engine, e.data, &mse[0]), LS_OK);
    assert_true(ls_weights_digest(model) == digest);
    float *w = ls_model_parameters(ls_engine_model(other.engine));
    memcpy(w, ls_model_averages(model), bytes);
    assert_int_equal(ls_engine_validate(other.engine, other.data, &mse[1]), LS_OK);
    memcpy(w, ls_model_parameters(model), bytes);
    w = ls_model_parameters(ls_engine_model(other.engine)); /* they have changed */
    assert_int_equal(ls_engine_validate(other.engine, other.data, &mse[2]), LS_OK);
    assert_memory_equal(&mse[0], &mse[1], sizeof mse[0]);
    assert_memory_not_equal(&mse[0], &mse[2], sizeof mse[0]);
    small_engine_destroy(&other);
    small_engine_destroy(&e);
}

/* Two plateaus: a quarter of the rate, and of the step. */
static void rate_follows_plateaus(void **state)
{
    (void)state;
    small_engine e;
    small_engine_create(&e, 3,
                        (const char *const[]){"optim.schedule=plateau", "optim.plateau_factor=0.5",
                                              "optim.plateau_patience=1"});
    ls_history history = {0};
    for (int64_t epoch = 1; epoch <= 3; epoch++) {
        assert_int_equal(
            ls_history_add(&history, &(ls_epoch_row){.epoch = epoch, .val_measure = 2}), LS_OK);
    }
    assert_true(ls_engine_learning_rate(e.engine, e.data, 4) == LR);
    ls_engine_follow(e.engine, &history);
    assert_true(ls_engine_learning_rate(e.engine, e.data, 4) == LR / 4);
    ls_model *model = ls_engine_model(e.engine);
    int64_t count = ls_model_parameter_count(model);
    fill(ls_model_parameters(model), count);
    small_engine_step(&e, 4);
    change plain = change_of(0, NULL);
    const change c = {.count = count, .after = ls_model_parameters(model)};
    for (int64_t i = 0; i < count; i++) {
        require_near(&plain, &c, i, 0.25, 0);
    }
    drop(&plain);
    ls_history_free(&history);
    small_engine_destroy(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_decay),         cmocka_unit_test(clips_by_the_norm),
        cmocka_unit_test(frozen_encoder_stays),  cmocka_unit_test(nothing_to_train_is_refused),
        cmocka_unit_test(averages_follow),       cmocka_unit_test(averages_are_validated),
        cmocka_unit_test(rate_follows_plateaus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
