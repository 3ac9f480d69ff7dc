/* Proves on any number of ranks: after ls_dataset_epoch every lane holds exactly the images that
 * the epoch's permutation names, whichever epochs came before; each image is seen once an epoch and
 * once in validation; all of this whether the data is a folder, an archive or a packed HDF5 file;
 * digest and report are those of one rank alone, and equal for all three; an exchange keeps within
 * its memory; and a failure on one rank ends all with one message.
 *
 * Each image carries its number in its pixels. */
#include "unit/cmocka_all.h"
#include "unit/data/made.h"

#include "data/dataset_private.h"
#include "data/source_private.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"
#include "lockstep/data/dataset.h"
#include "lockstep/data/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES_MAX 512

static ls_comm *comm;
static int rank, size;
static char folder[MADE_PATH_CHARS];
static const made_set set = {10, {37, 41, 1, 50, 29, 23}};
static const char *const forms[] = {"set", "set.tar.gz", "set.h5"};
#define FORM_COUNT (sizeof forms / sizeof *forms)

/* Bytes as they are, so that a pixel can be compared exactly. */
static void plain_floats(int64_t count, const uint8_t *pixels, float *x)
{
    for (int64_t i = 0; i < count; i++) {
        x[i] = pixels[i];
    }
}

static const ls_backend plain = {.name = "plain", .images_to_float = plain_floats};

static void assert_image(const float *x, bool test, int64_t number)
{
    uint8_t pixels[MADE_PIXELS];
    made_image(test, number, pixels);
    for (int i = 0; i < MADE_PIXELS; i++) {
        assert_true(x[i] == (float)pixels[i]);
    }
}

static ls_config options(const char *form, int64_t batch, int64_t lane, int64_t limit,
                         int64_t holdout)
{
    ls_config config;
    ls_config_defaults(&config);
    snprintf(config.data_path, sizeof config.data_path, "%s/%s", folder, form);
    config.train_batch = batch;
    config.train_lane = lane;
    config.data_limit = limit;
    config.data_holdout = holdout;
    return config;
}

/* The training samples in order, by a plain walk: those in use that the split does not hold. */
static int64_t list_items(const ls_config *config, int64_t items[IMAGES_MAX], bool held[IMAGES_MAX])
{
    int64_t used = made_training_images(&set);
    used = config->data_limit > 0 && config->data_limit < used ? config->data_limit : used;
    ls_permutation split =
        ls_permutation_make((uint64_t)config->data_split_seed, LS_PURPOSE_SPLIT, 0, (uint64_t)used);
    memset(held, 0, IMAGES_MAX * sizeof *held);
    for (int64_t i = 0; i < config->data_holdout; i++) {
        held[ls_permutation_apply(&split, (uint64_t)i)] = true;
    }
    int64_t count = 0;
    for (int64_t sample = 0; sample < used; sample++) {
        if (!held[sample]) {
            items[count++] = sample;
        }
    }
    return count;
}

/* Every lane of this rank against the permutation; `seen` counts images over all ranks. */
static void check_epoch(ls_dataset *data, const ls_config *config, int64_t epoch)
{
    int64_t items[IMAGES_MAX];
    bool held[IMAGES_MAX];
    int64_t count = list_items(config, items, held);
    assert_true(ls_dataset_train_lanes(data)->images == count);
    ls_permutation order = ls_permutation_make((uint64_t)config->train_seed, LS_PURPOSE_ORDER,
                                               (uint32_t)epoch, (uint64_t)count);
    int64_t seen[IMAGES_MAX] = {0};
    float *x = malloc((size_t)config->train_lane * MADE_PIXELS * sizeof(float));
    int64_t *ids = malloc((size_t)config->train_lane * sizeof(int64_t));
    const ls_lanes *lanes = ls_dataset_train_lanes(data);
    int64_t position = 0;
    for (int64_t b = 0; b < ls_lanes_batches(lanes); b++) {
        for (int64_t g = ls_lanes_first(lanes, b); g < ls_lanes_first(lanes, b + 1); g++) {
            int n = ls_lanes_at(lanes, b, g).count;
            if (g % size == rank) {
                assert_int_equal(ls_dataset_lane(data, b, g, &plain, x, ids), n);
            }
            for (int i = 0; i < n && g % size == rank; i++) {
                int64_t sample = items[ls_permutation_apply(&order, (uint64_t)(position + i))];
                assert_true(ids[i] == sample);
                assert_image(x + (int64_t)i * MADE_PIXELS, false, sample);
                seen[sample]++;
            }
            position += n;
        }
    }
    assert_int_equal(ls_comm_sum_i64(comm, seen, IMAGES_MAX), LS_OK);
    for (int64_t i = 0; i < count; i++) {
        assert_true(seen[items[i]] == 1);
    }
    free(x);
    free(ids);
}

static void check_validation(ls_dataset *data, const ls_config *config)
{
    int64_t items[IMAGES_MAX];
    bool held[IMAGES_MAX];
    list_items(config, items, held);
    bool test = config->data_holdout == 0;
    const ls_lanes *lanes = ls_dataset_validation_lanes(data);
    int64_t expected[IMAGES_MAX];
    int64_t count = 0;
    for (int64_t i = 0; i < IMAGES_MAX; i++) {
        if (test ? i < made_test_images(&set) : held[i]) {
            expected[count++] = i;
        }
    }
    assert_true(lanes->images == count);
    float *x = malloc((size_t)config->train_lane * MADE_PIXELS * sizeof(float));
    uint8_t *labels = malloc((size_t)config->train_lane);
    int64_t seen = 0;
    for (int64_t g = rank; g < ls_lanes_batches(lanes); g += size) {
        int n = ls_dataset_validation_lane(data, g, &plain, x, labels);
        int64_t first = g * config->train_lane;
        for (int i = 0; i < n; i++) {
            assert_image(x + (int64_t)i * MADE_PIXELS, test, expected[first + i]);
            assert_int_equal(labels[i], made_label(10, test, expected[first + i]));
        }
        seen += n;
    }
    assert_int_equal(ls_comm_sum_i64(comm, &seen, 1), LS_OK);
    assert_true(seen == count);
    free(x);
    free(labels);
}

static void check_head(ls_dataset *data, int count)
{
    uint8_t *pixels = malloc((size_t)count * MADE_PIXELS);
    assert_int_equal(ls_dataset_validation_head(data, count, pixels), LS_OK);
    for (int i = 0; i < count; i++) {
        uint8_t expected[MADE_PIXELS];
        made_image(true, i, expected);
        assert_memory_equal(pixels + (size_t)i * MADE_PIXELS, expected, MADE_PIXELS);
    }
    free(pixels);
}

static void check_run(const ls_config *config)
{
    static const int64_t epochs[] = {2, 0, 1, 1, 7, 0};
    ls_dataset *data = NULL;
    assert_int_equal(ls_dataset_open(&data, config, comm), LS_OK);
    check_validation(data, config);
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        assert_int_equal(ls_dataset_epoch(data, epochs[i]), LS_OK);
        check_epoch(data, config, epochs[i]);
    }
    check_validation(data, config);
    if (config->data_holdout == 0) {
        check_head(data, 1);
        check_head(data, 16);
        check_head(data, 23);
    }
    ls_dataset_close(data);
}

static void lanes_hold_the_epochs_images(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    /* {batch, lane, limit, holdout}: uneven ends, one lane a batch, fewer images than ranks. */
    static const int64_t cases[][4] = {{64, 16, 0, 0}, {50, 16, 0, 31}, {10, 3, 100, 0},
                                       {8, 16, 0, 7},  {200, 5, 0, 0},  {1, 1, 40, 39},
                                       {64, 16, 3, 0}, {2, 1, 2, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t f = 0; f < (i < 2 ? FORM_COUNT : 1); f++) {
            ls_config config =
                options(forms[f], cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
            check_run(&config);
        }
    }
    assert_true(ls_alloc_live() == live);
}

static uint64_t digest_on(const ls_config *config, ls_comm *ranks)
{
    ls_dataset *data = NULL;
    assert_int_equal(ls_dataset_open(&data, config, ranks), LS_OK);
    uint64_t digest = ls_dataset_digest(data);
    ls_dataset_close(data);
    return digest;
}

static void digest_is_that_of_one_rank(void **state)
{
    (void)state;
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    uint64_t all = 0;
    for (int64_t holdout = 0; holdout < 40; holdout += 13) {
        for (int64_t limit = 0; limit < 100; limit += 50) {
            ls_config config = options("set", 64, 16, limit, holdout);
            uint64_t mine = digest_on(&config, comm);
            assert_true(mine == digest_on(&config, self));
            for (size_t f = 1; f < FORM_COUNT; f++) {
                config = options(forms[f], 64, 16, limit, holdout);
                assert_true(mine == digest_on(&config, comm));
            }
            assert_true(mine != all); /* other images in use, another digest */
            all = limit == 0 && holdout == 0 ? mine : all;
        }
    }
    ls_config other_order = options("set", 64, 16, 0, 0);
    other_order.train_seed = 99;
    assert_true(digest_on(&other_order, comm) == all);
    ls_comm_finish(self);
}

static void report_is_that_of_one_rank(void **state)
{
    (void)state;
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    for (size_t f = 0; f < FORM_COUNT; f++) {
        ls_config config = options(forms[f], 64, 16, 0, 0);
        ls_data_report mine;
        ls_data_report alone;
        assert_int_equal(ls_data_info(&config, comm, &mine), LS_OK);
        assert_int_equal(ls_data_info(&config, self, &alone), LS_OK);
        assert_memory_equal(mine.digest, alone.digest, sizeof mine.digest);
        assert_memory_equal(mine.per_class, alone.per_class, sizeof mine.per_class);
        assert_memory_equal(mine.mean, alone.mean, sizeof mine.mean);
        assert_memory_equal(mine.deviation, alone.deviation, sizeof mine.deviation);
    }
    ls_comm_finish(self);
}

/* The slots in use are those of one share and a spare quarter, over epochs of many windows. */
static void exchange_keeps_within_memory(void **state)
{
    (void)state;
    ls_config config = options("set", 64, 16, 0, 0);
    snprintf(config.data_path, sizeof config.data_path, "synthetic");
    config.data_synthetic_train = 30011;
    config.data_synthetic_size = 8;
    ls_dataset *data = NULL;
    assert_int_equal(ls_dataset_open(&data, &config, comm), LS_OK);
    for (int64_t epoch = 0; epoch < 4; epoch++) {
        assert_int_equal(ls_dataset_epoch(data, epoch), LS_OK);
    }
    int64_t share = (config.data_synthetic_train + size - 1) / size;
    int64_t slots = data->train.page_count * data->train.page_slots;
    /* a page and two lanes: what whole pages and whole lanes add */
    assert_true(4 * (slots - data->train.page_slots - 32) <= 5 * share);
    ls_dataset_close(data);
}

/* What the log says of batches of so many lanes of 16. */
static void check_warning(int64_t batch, int lanes)
{
    char path[2 * MADE_PATH_CHARS];
    char expected[256] = "";
    char said[4096] = "";
    snprintf(path, sizeof path, "%s/log-%d.txt", folder, lanes);
    if (size > lanes) {
        snprintf(expected, sizeof expected,
                 "%d of %d ranks have no work: batch %d is %d lane%s; use train.batch >= %d or a "
                 "smaller train.lane",
                 size - lanes, size, (int)batch, lanes, lanes == 1 ? "" : "s", size * 16);
    }
    ls_config config = options("set", batch, 16, 0, 0);
    ls_dataset *data = NULL;
    assert_int_equal(ls_log_open(path), LS_OK);
    assert_int_equal(ls_dataset_open(&data, &config, comm), LS_OK);
    assert_int_equal(ls_log_open(NULL), LS_OK);
    ls_dataset_close(data);
    if (rank == 0) {
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t length = fread(said, 1, sizeof said - 1, file);
        said[length] = '\0';
        fclose(file);
        assert_true(strstr(said, expected) != NULL);
        assert_true((strstr(said, "no work") != NULL) == (size > lanes));
    }
}

static void idle_ranks_are_warned_about(void **state)
{
    (void)state;
    check_warning(16, 1);
    check_warning(32, 2);
    check_warning(64, 4);
}

static ls_status fail_on_last(void *context, ls_split split, ls_source_range range,
                              const uint8_t *pixels, const uint8_t *labels)
{
    (void)context, (void)split, (void)pixels, (void)labels;
    LS_REQUIRE(rank != size - 1, LS_BAD_INPUT, "a fault from image %lld on",
               (long long)range.first);
    return LS_OK;
}

static void assert_all_failed(ls_status status, const char *part)
{
    assert_int_equal(status, LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), part));
}

static void one_failure_ends_all(void **state)
{
    (void)state;
    ls_config config = options("set", 64, 16, 0, 0);
    ls_source *source = NULL;
    assert_int_equal(ls_source_open(&source, &config, comm), LS_OK);
    ls_source_range all[LS_SPLIT_COUNT] = {{0, 158}, {0, 23}};
    assert_all_failed(ls_source_stream(source, all, fail_on_last, NULL), "a fault from image 0 on");
    ls_source_close(source);
}

/* What rank 0 does to the data, and what all ranks must say. */
static const struct damage {
    const char *command, *form, *says;
} damages[] = {
    {"printf '\\310' | dd of=set/data_batch_4.bin bs=1 seek=61460 conv=notrunc status=none", "set",
     "data_batch_4.bin: record 20: label 200 is not 0 to 9"},
    {"tar -czf set.tar.gz set", "set.tar.gz", "data_batch_4.bin: record 20: label 200"},
    {"truncate -s 20000 set.tar.gz", "set.tar.gz", "set.tar.gz"},
    {"rm set/data_batch_2.bin", "set", "data_batch_2.bin is missing"},
    {"printf '\\125' | dd of=set.h5 bs=1 seek=9000 conv=notrunc status=none", "set.h5", "set.h5"},
    {"rm set.h5", "set.h5", "No such file"},
};

static void damage_ends_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        assert_int_equal(ls_comm_barrier(comm), LS_OK);
        if (rank == 0) {
            made_run("cd '%s' && %s", folder, damages[i].command);
        }
        assert_int_equal(ls_comm_barrier(comm), LS_OK);
        ls_config config = options(damages[i].form, 64, 16, 0, 0);
        ls_dataset *data = NULL;
        int64_t live = ls_alloc_live();
        assert_all_failed(ls_dataset_open(&data, &config, comm), damages[i].says);
        assert_null(data);
        assert_true(ls_alloc_live() == live);
    }
}

/* The same data as folder, archive and packed file, made by rank 0. */
static bool make_forms(void)
{
    ls_status status = LS_OK;
    if (rank == 0) {
        made_folder(folder);
        made_write(folder, "set", &set);
        made_run("cd '%s' && tar -czf set.tar.gz set", folder);
        ls_config config = options("set", 64, 16, 0, 0);
        char packed[2 * MADE_PATH_CHARS];
        snprintf(packed, sizeof packed, "%s/set.h5", folder);
        status = ls_data_pack(&config, packed);
    }
    status = ls_comm_agree(comm, status);
    if (status != LS_OK) {
        fprintf(stderr, "%s\n", ls_error_message());
    }
    return status == LS_OK && ls_comm_broadcast(comm, folder, sizeof folder, 0) == LS_OK;
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return 1;
    }
    rank = ls_comm_rank(comm);
    size = ls_comm_size(comm);
    if (!make_forms()) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_hold_the_epochs_images),
        cmocka_unit_test(digest_is_that_of_one_rank),
        cmocka_unit_test(report_is_that_of_one_rank),
        cmocka_unit_test(idle_ranks_are_warned_about),
        cmocka_unit_test(exchange_keeps_within_memory),
        cmocka_unit_test(one_failure_ends_all),
        cmocka_unit_test(damage_ends_all),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_barrier(comm);
    if (rank == 0) {
        made_remove(folder);
    }
    ls_comm_finish(comm);
    return failed;
}
