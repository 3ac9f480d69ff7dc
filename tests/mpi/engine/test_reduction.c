/* Proves of both kinds of gradient sums, by messages and in shared memory, on any number of ranks:
 * exact sums of real gradients keep the error bound that src/train/reducer.h states, against a sum
 * of the lanes' gradients in long double; gradients out of range on one rank stop all with layer,
 * samples and rank named; fast sums stay near exact ones over some steps; and what is not a number
 * is found by fast sums too. After each failure the weights are those before. */
#include "unit/cmocka_all.h"

#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/train/engine.h"
#include "train/engine_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ls_comm *world, *self;
static const char *way; /* how sums go between ranks */

/* An engine and its data. */
typedef struct trainer {
    ls_config config;
    ls_dataset *data;
    ls_engine *engine;
    int64_t step;
} trainer;

/* The output is linear, so that it and its gradients may become large. The dense layers are as wide
 * as to have their gradients made in parts and summed in several buckets, in the last batch also by
 * ranks that have no lane. */
static void create(trainer *t, ls_comm *comm, const char *reduce)
{
    const char *arguments[] = {
        "data.synthetic_train=130",
        "data.synthetic_test=16",
        "data.synthetic_size=8",
        "model.encoder=conv(4) relu maxpool(2) dense(2048)",
        "model.decoder=dense(64) relu reshape(4,4,4) deconv(3)",
        "train.batch=64",
        "train.lane=16",
        "optim.name=sgd",
        "optim.lr=0.02",
        reduce,
        way,
    };
    int count = (int)(sizeof arguments / sizeof arguments[0]);
    *t = (trainer){0};
    ls_config_defaults(&t->config);
    assert_int_equal(ls_config_apply_arguments(&t->config, count, arguments), LS_OK);
    assert_int_equal(ls_dataset_open(&t->data, &t->config, comm), LS_OK);
    assert_int_equal(ls_engine_create(&t->engine, &t->config, t->data, comm), LS_OK);
    assert_int_equal(ls_dataset_epoch(t->data, 0), LS_OK);
}

static void destroy(trainer *t)
{
    ls_engine_destroy(t->engine);
    ls_dataset_close(t->data);
}

static ls_status take_step(trainer *t, int64_t b)
{
    ls_loss_sums sums = {0};
    return ls_engine_step(t->engine, t->data, b, ++t->step, &sums, NULL);
}

static float *weights_of(const trainer *t)
{
    return ls_model_parameters(ls_engine_model(t->engine));
}

static int64_t count_of(const trainer *t)
{
    return ls_model_parameter_count(ls_engine_model(t->engine));
}

/* --- the error bound -------------------------------------------------------------------------- */

/* Adds the gradients of all lanes of batch b, from one rank's data: sums [parameters]. */
static int64_t sum_lanes(trainer *alone, int64_t b, long double *sums)
{
    ls_engine *e = alone->engine;
    const ls_lanes *lanes = ls_dataset_train_lanes(alone->data);
    float *gradients = ls_model_gradients(e->model);
    int64_t low = ls_lanes_first(lanes, b), high = ls_lanes_first(lanes, b + 1);
    for (int64_t g = low; g < high; g++) {
        memset(gradients, 0, (size_t)count_of(alone) * sizeof *gradients);
        int n = ls_dataset_lane(alone->data, b, g, e->backend, e->x, NULL);
        const float *y = ls_model_forward(e->model, n, e->x, NULL);
        ls_loss_run(e->loss, n, y, e->x, ls_lanes_batch_images(lanes, b), e->values, NULL, e->dy);
        ls_model_backward(e->model, e->dy, NULL);
        for (int64_t i = 0; i < count_of(alone); i++) {
            sums[i] += (long double)gradients[i];
        }
    }
    return high - low;
}

/* What the optimizer is given, kept by one that changes nothing: [parameters]. */
static struct {
    float *values;
    int64_t count;
} given;

static void keep_gradients(const ls_backend *backend, const ls_optim_settings *settings,
                           int64_t count, float *w, const float *g, float *const *moments)
{
    (void)backend, (void)settings, (void)w, (void)moments;
    memcpy(given.values + given.count, g, (size_t)count * sizeof *g);
    given.count += count;
}

static const ls_optim_type keeper = {.name = "keeper", .step = keep_gradients};

/* The totals of the step just done, against the sums of its lanes. */
static void check_bound(const long double *sums, int64_t lanes)
{
    long double bound = (long double)lanes * 0x1p-45L;
    long double largest = 0, worst = 0;
    for (int64_t i = 0; i < given.count; i++) {
        long double error = fabsl((long double)given.values[i] - sums[i]);
        assert_true(error <= bound + (fabsl(sums[i]) + bound) * 0x1p-24L);
        worst = error > worst ? error : worst;
        largest = fabsl(sums[i]) > largest ? fabsl(sums[i]) : largest;
    }
    assert_true(largest > 1e-3L);         /* real gradients, and rounded ones */
    assert_true(worst > 0 || lanes == 1); /* one lane alone may need no rounding */
}

static void exact_sums_keep_their_bound(void **state)
{
    (void)state;
    trainer t, alone;
    create(&t, world, "train.reduce=exact");
    create(&alone, self, "train.reduce=exact");
    size_t bytes = (size_t)count_of(&t) * sizeof(float);
    long double *sums = malloc((size_t)count_of(&t) * sizeof *sums);
    given.values = malloc(bytes);
    assert_true(sums != NULL && given.values != NULL);
    t.engine->optim = &keeper;
    int64_t batches = ls_lanes_batches(ls_dataset_train_lanes(t.data));
    assert_int_equal(batches, 3); /* of 64, 64 and 2 images: 4, 4 and 1 lanes */
    for (int64_t b = 0; b < batches; b++) {
        for (int64_t i = 0; i < count_of(&t); i++) {
            sums[i] = 0;
        }
        memcpy(weights_of(&alone), weights_of(&t), bytes);
        int64_t lanes = sum_lanes(&alone, b, sums);
        assert_int_equal(lanes, b < 2 ? 4 : 1);
        given.count = 0;
        assert_int_equal(take_step(&t, b), LS_OK);
        assert_int_equal(given.count, count_of(&t));
        check_bound(sums, lanes);
    }
    free(given.values);
    free(sums);
    destroy(&t);
    destroy(&alone);
}

/* --- out of range ----------------------------------------------------------------------------- */

/* "training samples 3, 17, ...;": those of lane `who`, as that rank knows them. */
static void describe_samples(const trainer *t, int who, char text[512])
{
    memset(text, 0, 512);
    if (ls_comm_rank(world) == who) {
        int64_t ids[16];
        int n = ls_dataset_lane(t->data, 0, who, t->engine->backend, t->engine->x, ids);
        int length = snprintf(text, 512, "training samples");
        for (int i = 0; i < n; i++) {
            length += snprintf(text + length, 512 - (size_t)length, "%s %lld", i > 0 ? "," : "",
                               (long long)ids[i]);
        }
        snprintf(text + length, 512 - (size_t)length, ";");
    }
    assert_int_equal(ls_comm_broadcast(world, text, 512, who), LS_OK);
}

/* A weight of the last layer that is wrong on one rank: its outputs and losses are large but
 * finite, its gradients pass 2^19 / 4 lanes. */
static void out_of_range_on(int who)
{
    trainer t;
    char samples[512], place[300];
    create(&t, world, "train.reduce=exact");
    ls_model *model = ls_engine_model(t.engine);
    const ls_model_layer *last = ls_model_layer_at(model, ls_model_layer_count(model) - 1);
    assert_true(last->high > last->low);
    if (ls_comm_rank(world) == who) {
        for (int64_t i = last->low; i < last->high; i++) {
            weights_of(&t)[i] = 1e8F;
        }
    }
    uint64_t before = ls_weights_digest(model);
    describe_samples(&t, who, samples);
    t.step = 40;
    assert_int_equal(take_step(&t, 0), LS_DIVERGED);
    snprintf(place, sizeof place, "step 41: the gradient of %s is not finite or out of range",
             last->path);
    assert_non_null(strstr(ls_error_message(), place));
    assert_non_null(strstr(ls_error_message(), samples));
    snprintf(place, sizeof place, "(rank %d on %s)", who, ls_comm_host_of(world, who));
    assert_true(who == 0 || strstr(ls_error_message(), place) != NULL);
    assert_true(ls_weights_digest(model) == before);
    destroy(&t);
}

static void out_of_range_stops_all(void **state)
{
    (void)state;
    for (int who = 0; who < ls_comm_size(world); who++) {
        out_of_range_on(who);
    }
}

/* --- fast sums -------------------------------------------------------------------------------- */

static void fast_stays_near_exact(void **state)
{
    (void)state;
    trainer exact, fast;
    create(&exact, world, "train.reduce=exact");
    create(&fast, world, "train.reduce=fast");
    int64_t count = count_of(&exact);
    float *first = malloc((size_t)count * sizeof *first);
    assert_non_null(first);
    memcpy(first, weights_of(&exact), (size_t)count * sizeof *first);
    double moved = 0, apart = 0;
    for (int64_t step = 0; step < 30; step++) {
        assert_int_equal(take_step(&exact, step % 3), LS_OK);
        assert_int_equal(take_step(&fast, step % 3), LS_OK);
    }
    for (int64_t i = 0; i < count; i++) {
        double a = (double)weights_of(&exact)[i], b = (double)weights_of(&fast)[i];
        moved = fmax(moved, fabs(a - (double)first[i]));
        apart = fmax(apart, fabs(a - b));
    }
    assert_true(moved > 1e-2);
    assert_true(apart < 1e-5);
    free(first);
    destroy(&exact);
    destroy(&fast);
}

/* On one rank alone the weights are no numbers: the others learn of it by the sum. */
static void fast_finds_what_is_no_number(void **state)
{
    (void)state;
    for (int who = 0; who < ls_comm_size(world); who++) {
        trainer t;
        create(&t, world, "train.reduce=fast");
        ls_model *model = ls_engine_model(t.engine);
        assert_int_equal(take_step(&t, 0), LS_OK);
        if (ls_comm_rank(world) == who) {
            weights_of(&t)[0] = NAN;
        }
        uint64_t before = ls_weights_digest(model);
        assert_int_equal(take_step(&t, 1), LS_DIVERGED);
        assert_non_null(strstr(ls_error_message(), "step 2: the output of encoder/0-conv"));
        assert_non_null(strstr(ls_error_message(), "training samples"));
        assert_true(ls_weights_digest(model) == before);
        destroy(&t);
    }
}

/* Finite in every lane, infinite in their sum: seen in the total alone. */
static void fast_finds_a_total_that_is_none(void **state)
{
    (void)state;
    trainer t;
    create(&t, world, "train.reduce=fast");
    ls_model *model = ls_engine_model(t.engine);
    uint64_t before = ls_weights_digest(model);
    ls_model_gradients(model)[3] = INFINITY; /* the lanes' are added to it */
    assert_int_equal(take_step(&t, 0), LS_DIVERGED);
    assert_non_null(
        strstr(ls_error_message(), "step 1: the summed gradient of encoder/0-conv is not finite"));
    assert_true(ls_weights_digest(model) == before);
    destroy(&t);
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &world) != LS_OK || ls_comm_self(&self) != LS_OK) {
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_sums_keep_their_bound),
        cmocka_unit_test(out_of_range_stops_all),
        cmocka_unit_test(fast_stays_near_exact),
        cmocka_unit_test(fast_finds_what_is_no_number),
        cmocka_unit_test(fast_finds_a_total_that_is_none),
    };
    way = "comm.reduce=flat";
    int failed = cmocka_run_group_tests_name("by messages", tests, NULL, NULL);
    way = "comm.reduce=overlap";
    failed += cmocka_run_group_tests_name("by messages on their way", tests, NULL, NULL);
    way = "comm.reduce=node";
    failed += cmocka_run_group_tests_name("in shared memory", tests, NULL, NULL);
    ls_comm_finish(self);
    ls_comm_finish(world);
    return failed;
}
