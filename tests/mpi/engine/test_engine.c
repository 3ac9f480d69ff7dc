/* Proves on any number of ranks, whose sums go by messages and through shared memory: two epochs of
 * steps and a validation give the very bits that one rank alone gives, with batches that no rank
 * count divides and a short last one; a step allocates nothing; the first step's gradient is the
 * mean over the true number of images; all this holds too of images that are augmented and
 * corrupted; the loss is that against the clean ones; a loss that is not finite stops all ranks
 * with step, layer and samples named, and leaves the weights alone. */
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
    ls_loss_sums sums;
    ls_validation validation;
} result;

/* Two epochs on `comm`, then a validation. */
static result train(const ls_config *config, ls_comm *comm)
{
    result out = {0};
    ls_dataset *data;
    ls_engine *engine;
    int64_t step = 0;
    assert_int_equal(ls_dataset_open(&data, config, comm), LS_OK);
    assert_int_equal(ls_engine_create(&engine, config, data, comm), LS_OK);
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

static result check_same_bits(const char *batch, int count, const char *const *arguments)
{
    static ls_config config;
    configure(&config, batch);
    assert_int_equal(ls_config_apply_arguments(&config, count, arguments), LS_OK);
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    result alone = train(&config, self);
    ls_comm_finish(self);
    result together = train(&config, world);
    assert_true(together.digest == alone.digest);
    assert_memory_equal(&together.sums, &alone.sums, sizeof alone.sums);
    assert_memory_equal(&together.validation, &alone.validation, sizeof alone.validation);
    assert_true(ls_sum_value(&alone.sums.loss) > 0);
    return alone;
}

static void same_bits_on_any_ranks(void **state)
{
    (void)state;
    check_same_bits("train.batch=64", 0, NULL); /* 4 lanes, and a last batch of 2 images */
    check_same_bits("train.batch=50", 0, NULL); /* lanes of 13, 13, 12, 12 */
    check_same_bits("train.batch=7", 0, NULL);  /* one lane: most ranks have no work */
}

static void same_bits_of_changed_images(void **state)
{
    (void)state;
    const char *arguments[] = {"augment.flip=1", "augment.shift=2", "augment.jitter=0.3",
                               "corrupt.kind=gaussian+mask+salt_pepper+rectangle+text+downscale"};
    result plain = check_same_bits("train.batch=50", 0, NULL);
    result augmented = check_same_bits("train.batch=50", 3, arguments);
    result corrupted = check_same_bits("train.batch=50", 1, arguments + 3);
    result both = check_same_bits("train.batch=50", 4, arguments);
    assert_true(augmented.digest != plain.digest && corrupted.digest != plain.digest);
    assert_true(both.digest != augmented.digest && both.digest != corrupted.digest);
}

/* A network that passes its input on (convolutions of 1 x 1 that are identities) has the corruption
 * itself as its loss: white noise of deviation 1/5 has a mean square of 1/25, and a square's
 * deviation is sqrt(2)/25; without corruption there is none. */
static void the_target_is_clean(void **state)
{
    (void)state;
    static ls_config config;
    const char *arguments[] = {"model.encoder=conv(3,kernel=1)", "model.decoder=conv(3,kernel=1)",
                               "corrupt.sigma_low=51", "corrupt.sigma_high=51"};
    const char *const kinds[] = {"corrupt.kind=none", "corrupt.kind=gaussian"};
    for (int i = 0; i < 2; i++) {
        ls_dataset *data;
        ls_engine *engine;
        ls_loss_sums sums = {0};
        ls_validation validation;
        configure(&config, "train.batch=64");
        assert_int_equal(ls_config_apply_arguments(&config, 4, arguments), LS_OK);
        assert_int_equal(ls_config_apply_arguments(&config, 1, &kinds[i]), LS_OK);
        assert_int_equal(ls_dataset_open(&data, &config, world), LS_OK);
        assert_int_equal(ls_engine_create(&engine, &config, data, world), LS_OK);
        assert_int_equal(ls_dataset_epoch(data, 0), LS_OK);
        ls_model *model = ls_engine_model(engine);
        float *w = ls_model_parameters(model);
        memset(w, 0, sizeof *w * (size_t)ls_model_parameter_count(model));
        for (int layer = 0; layer < 2; layer++) {
            for (int k = 0; k < 3; k++) {
                w[ls_model_layer_at(model, layer)->low + k * 4] = 1;
            }
        }
        assert_int_equal(ls_engine_validate(engine, data, &validation), LS_OK);
        assert_int_equal(ls_engine_step(engine, data, 0, 1, &sums, NULL), LS_OK);
        double values = 8 * 8 * 3;
        double noise = i == 0 ? 0 : 0.04;
        assert_near(ls_sum_value(&sums.measure) / 64, noise, 5 * sqrt(2 / (64 * values)) * noise);
        assert_near(validation.measure, noise, 5 * sqrt(2 / (37 * values)) * noise);
        ls_engine_destroy(engine);
        ls_dataset_close(data);
    }
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
        assert_int_equal(ls_engine_create(&engine, &config, data, world), LS_OK);
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
    assert_int_equal(ls_engine_create(&engine, &config, data, world), LS_OK);
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
        cmocka_unit_test(same_bits_on_any_ranks), cmocka_unit_test(same_bits_of_changed_images),
        cmocka_unit_test(the_target_is_clean),    cmocka_unit_test(gradient_is_the_mean),
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
