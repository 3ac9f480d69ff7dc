/* Proves on any number of ranks, whose sums go by messages and through shared memory: two epochs of
 * steps and a validation give the very bits that one rank alone gives, with batches that no rank
 * count divides and a short last one; a step allocates nothing; the first step's gradient is the
 * mean over the true number of images; a loss that is not finite stops all ranks with step, layer
 * and samples named, and leaves the weights alone. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/train/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ls_comm *world;
static const char *way; /* how sums go between ranks */

static void configure(ls_config *config, const char *batch)
{
    const char *arguments[] = {
        "data.synthetic_train=130",
        "data.synthetic_test=37",
        "data.synthetic_size=8",
        "model.filters=4,6",
        "model.latent=5",
        "train.lane=16",
        "optim.lr=0.01",
        batch,
        way,
    };
    ls_config_defaults(config);
    int count = (int)(sizeof arguments / sizeof arguments[0]);
    assert_int_equal(ls_config_apply_arguments(config, count, arguments), LS_OK);
}

typedef struct result {
    uint64_t digest;
    ls_loss_sums sums, validation;
} result;

/* Two epochs on `comm`, then a validation. */
static result train(const ls_config *config, ls_comm *comm)
{
    result out = {0};
    ls_dataset *data;
    ls_engine *engine;
    int64_t step = 0;
    assert_int_equal(ls_dataset_open(&data, config, comm), LS_OK);
    assert_int_equal(ls_engine_create(&engine, config, ls_dataset_shape(data), comm), LS_OK);
    for (int64_t epoch = 0; epoch < 2; epoch++) {
        assert_int_equal(ls_dataset_epoch(data, epoch), LS_OK);
        int64_t calls = ls_alloc_calls();
        for (int64_t b = 0; b < ls_lanes_batches(ls_dataset_train_lanes(data)); b++) {
            assert_int_equal(ls_engine_step(engine, data, b, ++step, &out.sums, NULL), LS_OK);
        }
        assert_int_equal(ls_alloc_calls(), calls);
    }
    assert_int_equal(ls_engine_validate(engine, data, &out.validation), LS_OK);
    out.digest = ls_weights_digest(ls_engine_model(engine));
    ls_engine_destroy(engine);
    ls_dataset_close(data);
    return out;
}

static void check_same_bits(const char *batch)
{
    static ls_config config;
    configure(&config, batch);
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    result alone = train(&config, self);
    ls_comm_finish(self);
    result together = train(&config, world);
    assert_true(together.digest == alone.digest);
    assert_memory_equal(&together.sums, &alone.sums, sizeof alone.sums);
    assert_memory_equal(&together.validation, &alone.validation, sizeof alone.validation);
    assert_true(ls_sum_value(&alone.sums.loss) > 0);
}

static void same_bits_on_any_ranks(void **state)
{
    (void)state;
    check_same_bits("train.batch=64"); /* 4 lanes, and a last batch of 2 images */
    check_same_bits("train.batch=50"); /* lanes of 13, 13, 12, 12 */
    check_same_bits("train.batch=7");  /* one lane: most ranks have no work */
}

/* With SGD without momentum and a batch of all images, the change of a weight is -lr times the mean
 * gradient: doubling the learning rate doubles it, and it does not depend on how lanes are cut. */
static void gradient_is_the_mean(void **state)
{
    (void)state;
    static ls_config config;
    const char *lanes[] = {"train.lane=130", "train.lane=7"};
    float change[2] = {0};
    for (int i = 0; i < 2; i++) {
        configure(&config, "train.batch=130");
        const char *arguments[] = {"optim.name=sgd", "optim.momentum=0", lanes[i]};
        assert_int_equal(ls_config_apply_arguments(&config, 3, arguments), LS_OK);
        ls_dataset *data;
        ls_engine *engine;
        ls_loss_sums sums = {0};
        assert_int_equal(ls_dataset_open(&data, &config, world), LS_OK);
        assert_int_equal(ls_engine_create(&engine, &config, ls_dataset_shape(data), world), LS_OK);
        assert_int_equal(ls_dataset_epoch(data, 0), LS_OK);
        ls_model *model = ls_engine_model(engine);
        /* The last parameter is the output layer's bias: its gradient is far from zero. */
        float *last = ls_model_parameters(model) + ls_model_parameter_count(model) - 1;
        float before = *last;
        assert_int_equal(ls_engine_step(engine, data, 0, 1, &sums, NULL), LS_OK);
        change[i] = *last - before;
        ls_engine_destroy(engine);
        ls_dataset_close(data);
    }
    assert_true(fabsf(change[0]) > 1e-6F);
    assert_true(fabsf(change[0] - change[1]) <= 1e-4F * fabsf(change[0]));
}

static void not_finite_stops_all(void **state)
{
    (void)state;
    static ls_config config;
    configure(&config, "train.batch=64");
    ls_dataset *data;
    ls_engine *engine;
    ls_loss_sums sums = {0};
    assert_int_equal(ls_dataset_open(&data, &config, world), LS_OK);
    assert_int_equal(ls_engine_create(&engine, &config, ls_dataset_shape(data), world), LS_OK);
    assert_int_equal(ls_dataset_epoch(data, 0), LS_OK);
    ls_model *model = ls_engine_model(engine);
    const ls_model_layer *dense = ls_model_layer_at(model, ls_model_encoder_count(model) - 1);
    ls_model_parameters(model)[dense->low] = NAN;
    uint64_t before = ls_weights_digest(model);
    assert_int_equal(ls_engine_step(engine, data, 0, 41, &sums, NULL), LS_DIVERGED);
    assert_non_null(strstr(ls_error_message(), "step 41"));
    assert_non_null(strstr(ls_error_message(), dense->path));
    assert_non_null(strstr(ls_error_message(), "samples"));
    assert_true(ls_weights_digest(model) == before);
    ls_engine_destroy(engine);
    ls_dataset_close(data);
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &world) != LS_OK) {
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_on_any_ranks),
        cmocka_unit_test(gradient_is_the_mean),
        cmocka_unit_test(not_finite_stops_all),
    };
    way = "comm.reduce=flat";
    int failed = cmocka_run_group_tests_name("by messages", tests, NULL, NULL);
    way = "comm.reduce=overlap";
    failed += cmocka_run_group_tests_name("by messages on their way", tests, NULL, NULL);
    way = "comm.reduce=node";
    failed += cmocka_run_group_tests_name("in shared memory", tests, NULL, NULL);
    ls_comm_finish(world);
    return failed;
}
