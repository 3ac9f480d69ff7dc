/* Proves of one checkpoint file: every field that is written is read back; the datasets lie where
 * the documentation says, with the parameters' own shapes; damage at any place is found by the
 * check; a file of another network is refused; equal states give files that h5diff cannot tell
 * apart outside /run, where alone the options stand that belong to the process; the digests are
 * those of the raw bytes. */
#include "small_run.h"

#include "lockstep/base/hash.h"
#include "lockstep/io/h5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[LS_PATH_CHARS];
static ls_comm *self;
static small_run run, other;

static int begin(void **state)
{
    (void)state;
    scratch_make(folder);
    small_run_create(&run, "run-a");
    small_run_create(&other, "run-b");
    return ls_comm_self(&self) == LS_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    small_run_destroy(&run);
    small_run_destroy(&other);
    ls_comm_finish(self);
    scratch_remove(folder);
    return 0;
}

static const char *write_step(int64_t step, int64_t best_step)
{
    const char *path = in_folder(folder, "a.h5");
    small_run_advance(&run, step, best_step);
    assert_int_equal(ls_checkpoint_write(path, &run.state, self), LS_OK);
    return path;
}

static void round_trip(void **state)
{
    (void)state;
    const int64_t steps[][2] = {{1, 0}, {10, 10}, {27, 20}, {40, 10}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const char *path = write_step(steps[i][0], steps[i][1]);
        assert_int_equal(ls_checkpoint_check(path), LS_OK);
        small_run_advance(&other, 999, 0);
        assert_int_equal(ls_checkpoint_read(path, &other.state, self), LS_OK);
        small_run_require(&other, steps[i][0], steps[i][1]);
    }
}

static void head_holds_config_and_run(void **state)
{
    (void)state;
    static ls_checkpoint_head head;
    const char *path = write_step(27, 20);
    assert_int_equal(ls_checkpoint_read_head(path, &head), LS_OK);
    require_same_config(&head.config, &run.config);
    assert_memory_equal(&head.progress, &run.state.progress, sizeof head.progress);
    assert_true(ls_shape_equal(head.input, (ls_shape){.h = 8, .w = 8, .c = 3}));
    assert_true(head.data_digest == DATA_DIGEST);
    assert_true(head.weights_digest == ls_weights_digest(run.model));
    assert_true(head.state_digest == ls_state_digest(&run.state));
    assert_string_equal(head.kernels, "ref portable");
    assert_string_equal(head.host, ls_comm_host(self));
    assert_int_equal(strlen(head.time), strlen("2026-01-31T12:00:00Z"));
    assert_int_equal(head.ranks, 1);
}

static void model_alone(void **state)
{
    (void)state;
    const char *path = write_step(27, 20);
    small_run_advance(&other, 999, 0);
    float before = other.moment[0][0];
    assert_int_equal(ls_checkpoint_read_model(path, other.model, self), LS_OK);
    assert_true(ls_weights_digest(other.model) == ls_weights_digest(run.model));
    assert_true(other.moment[0][0] == before);
}

/* The path, shape and values that a reader of the documentation expects. */
static void datasets_lie_as_documented(void **state)
{
    (void)state;
    static float values[3 * 3 * 3 * 4];
    const char *names[] = {"/model/encoder/0-conv/weight", "/optimizer/m/encoder/0-conv/weight",
                           "/optimizer/v/encoder/0-conv/weight"};
    const char *path = write_step(27, 20);
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    const ls_model_layer *layer = ls_model_layer_at(run.model, 0);
    for (int i = 0; i < 3; i++) {
        ls_h5_info info;
        assert_int_equal(ls_h5_inspect(file, names[i], &info), LS_OK);
        assert_int_equal(info.type, LS_H5_F32);
        assert_int_equal(info.dim_count, 4);
        const int64_t dims[4] = {3, 3, 3, 4}; /* [K,K,C,O] */
        assert_memory_equal(info.dims, dims, sizeof dims);
        assert_int_equal(ls_h5_read(file, names[i], LS_H5_F32, (ls_h5_rows){0, 3}, values), LS_OK);
        const float *block = i == 0 ? ls_model_parameters(run.model) : run.moment[i - 1];
        assert_memory_equal(values, block + layer->params[0].offset, sizeof values);
    }
    int64_t step = 0;
    double best = 0;
    assert_int_equal(ls_h5_get_i64(file, "/training", "step", &step), LS_OK);
    assert_int_equal(step, 27);
    assert_int_equal(ls_h5_get_f64(file, "/training", "best_mse", &best), LS_OK);
    assert_true(best == 1.0 / 20);
    double mse[2];
    assert_int_equal(
        ls_h5_read(file, "/training/history/val_mse", LS_H5_F64, (ls_h5_rows){0, 2}, mse), LS_OK);
    assert_true(mse[0] == 1.0 / 4 && mse[1] == 1.0 / 5);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

/* A flipped bit at 300 places over the whole file, and each field of the seal. */
static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    const char *path = write_step(27, 20);
    int64_t bytes = size_of(path);
    for (int64_t i = 0; i < 300; i++) {
        int64_t offset = i < 48 ? i : (bytes - 1) * (i - 48) / 251;
        flip_bit(path, offset);
        assert_int_equal(ls_checkpoint_check(path), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), path));
        flip_bit(path, offset);
    }
    assert_int_equal(ls_checkpoint_check(path), LS_OK);
}

static void every_length_is_found(void **state)
{
    (void)state;
    const char *path = write_step(27, 20);
    int64_t bytes = size_of(path);
    const int64_t lengths[] = {bytes + 1, bytes - 1, bytes / 2, 513, 512, 511, 47, 8, 1, 0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cut_file(path, lengths[i]);
        assert_int_equal(ls_checkpoint_check(path), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), path));
    }
    write_text(path, "this is not a checkpoint\n");
    assert_int_equal(ls_checkpoint_check(path), LS_BAD_INPUT);
    assert_int_equal(ls_checkpoint_check(in_folder(folder, "absent.h5")), LS_BAD_INPUT);
    assert_int_equal(ls_checkpoint_check(folder), LS_BAD_INPUT);
}

static void another_network_is_refused(void **state)
{
    (void)state;
    const char *path = write_step(27, 20);
    const ls_backend *backend;
    ls_model *model;
    ls_config config = run.config;
    snprintf(config.model_encoder, sizeof config.model_encoder, "conv(6) relu maxpool(2) dense(5)");
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    assert_int_equal(ls_model_create(&model, &config, backend, (ls_shape){.h = 8, .w = 8, .c = 3},
                                     LS_MODEL_EVALUATE),
                     LS_OK);
    assert_int_equal(ls_checkpoint_read_model(path, model, self), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "encoder/0-conv/weight"));
    ls_model_destroy(model);
}

/* Two folders, two backends: they differ in /run alone. */
static void equal_states_differ_in_run_alone(void **state)
{
    (void)state;
    if (system("command -v h5diff > /dev/null") != 0) {
        skip();
    }
    const char *a = write_step(27, 20);
    const char *b = in_folder(folder, "b.h5");
    char command[2 * LS_PATH_CHARS + 64];
    small_run_advance(&other, 27, 20);
    other.state.kernels = "cpu avx2";
    snprintf(other.config.backend_name, sizeof other.config.backend_name, "cpu");
    assert_int_equal(ls_checkpoint_write(b, &other.state, self), LS_OK);
    snprintf(command, sizeof command, "h5diff --exclude-path /run '%s' '%s'", a, b);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "h5diff -q '%s' '%s'", a, b);
    assert_int_not_equal(system(command), 0);

    other.moment[1][5] = nextafterf(other.moment[1][5], 1.0F);
    assert_int_equal(ls_checkpoint_write(b, &other.state, self), LS_OK);
    snprintf(command, sizeof command, "h5diff -q --exclude-path /run '%s' '%s'", a, b);
    assert_int_not_equal(system(command), 0);
    other.state.kernels = "ref portable";
    other.config = run.config;
}

static void read_attribute(const char *path, const char *object, const char *name, ls_text *out)
{
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    assert_int_equal(ls_h5_get_text(file, object, name, out), LS_OK);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

/* /config is the run's and stays the same; what belongs to the process stands in /run. */
static void own_options_stand_in_run_alone(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "train.out=elsewhere",
        "train.resume=never",
        "train.on_checkpoint_error=continue",
        "train.check_replicas=5",
        "train.on_usr1=checkpoint",
        "train.on_replica_difference=heal",
        "train.deadline=2-03:04:05",
        "comm.timeout_s=9",
        "comm.reduce=node",
        "backend.name=cpu",
        "backend.isa=portable",
    };
    enum { CHANGES = sizeof changes / sizeof changes[0] };
    ls_config kept = run.config;
    ls_text before = {0}, after = {0};
    read_attribute(write_step(10, 0), "/config", "text", &before);
    assert_int_equal(ls_config_apply_arguments(&run.config, CHANGES, changes), LS_OK);
    const char *path = write_step(10, 0);
    read_attribute(path, "/config", "text", &after);
    assert_string_equal(after.data, before.data);
    for (int i = 0; i < CHANGES; i++) {
        char name[64];
        ls_text value = {0};
        int length = (int)strcspn(changes[i], "=");
        snprintf(name, sizeof name, "%.*s", length, changes[i]);
        read_attribute(path, "/run", name, &value);
        assert_string_equal(value.data, changes[i] + length + 1);
        ls_text_free(&value);
    }
    run.config.train_batch++;
    ls_text_free(&after);
    read_attribute(write_step(10, 0), "/config", "text", &after);
    assert_string_not_equal(after.data, before.data);
    run.config = kept;
    ls_text_free(&before);
    ls_text_free(&after);
}

static void digests_are_of_raw_bytes(void **state)
{
    (void)state;
    small_run_advance(&run, 3, 0);
    size_t bytes = (size_t)ls_model_parameter_count(run.model) * sizeof(float);
    uint64_t parts[4] = {ls_hash64(ls_model_parameters(run.model), bytes),
                         ls_hash64(run.moment[0], bytes), ls_hash64(run.moment[1], bytes),
                         ls_hash64(NULL, 0)};
    assert_true(ls_weights_digest(run.model) == parts[0]);
    assert_true(ls_state_digest(&run.state) == ls_hash64(parts, sizeof parts));
}

/* A failing write leaves what was there, and nothing temporary. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    const char *path = in_folder(folder, "no-such-folder/a.h5");
    small_run_advance(&run, 3, 0);
    assert_int_not_equal(ls_checkpoint_write(path, &run.state, self), LS_OK);
    assert_non_null(strstr(ls_error_message(), "no-such-folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(head_holds_config_and_run),
        cmocka_unit_test(model_alone),
        cmocka_unit_test(datasets_lie_as_documented),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(every_length_is_found),
        cmocka_unit_test(another_network_is_refused),
        cmocka_unit_test(equal_states_differ_in_run_alone),
        cmocka_unit_test(own_options_stand_in_run_alone),
        cmocka_unit_test(digests_are_of_raw_bytes),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
