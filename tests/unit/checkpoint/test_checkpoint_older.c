/* Proves of a checkpoint from a time when the loss was the mean squared error and was written once:
 * its head and history are read as if loss and mean squared error stood there with the same values;
 * what stands in no file of any time is still missed. */
#include "small_run.h"

#include "checkpoint/layout.h"

#include <stdio.h>
#include <string.h>

static char folder[LS_PATH_CHARS];
static ls_checkpoint_head head;

static int begin(void **state)
{
    (void)state;
    scratch_make(folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

#define HEX "0123456789abcdef"

static void put_training(ls_h5 *file)
{
    static const struct {
        const char *name;
        int64_t value;
    } counters[] = {{"step", 40},           {"epoch", 2},       {"batch", 3},
                    {"samples", 2560},      {"loss_whole", 12}, {"loss_fraction", 345},
                    {"loss_not_finite", 1}, {"best_epoch", 1},  {"stale_epochs", 1}};
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        assert_int_equal(ls_h5_put_i64(file, "/training", counters[i].name, counters[i].value),
                         LS_OK);
    }
    assert_int_equal(ls_h5_put_f64(file, "/training", "best_mse", 0.0625), LS_OK);
    assert_int_equal(ls_h5_put_f64(file, "/training", "watched_mse", 0.125), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/training", "best_digest", HEX), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/training", "weights_digest", HEX), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/training", "state_digest", HEX), LS_OK);
}

static void put_column(ls_h5 *file, const char *name, ls_h5_type type, const void *values)
{
    char path[64];
    ls_h5_info info = {.type = type, .dim_count = 1, .dims = {2}};
    snprintf(path, sizeof path, "/training/history/%s", name);
    assert_int_equal(ls_h5_create(file, path, &info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_write(file, path, type, (ls_h5_rows){0, 2}, values), LS_OK);
}

static void put_history(ls_h5 *file)
{
    static const int64_t epochs[2] = {1, 2};
    static const char *const names[5] = {"lr", "train_mse", "val_mse", "val_psnr", "best_val_mse"};
    static const double values[5][2] = {
        {1e-3, 1e-3}, {0.25, 0.125}, {0.5, 0.0625}, {3, 12}, {0.5, 0.0625}};
    assert_int_equal(ls_h5_group(file, "/training/history"), LS_OK);
    assert_int_equal(ls_h5_put_i64(file, "/training/history", "rows", 2), LS_OK);
    put_column(file, "epoch", LS_H5_I64, epochs);
    put_column(file, "step", LS_H5_I64, epochs);
    for (int i = 0; i < 5; i++) {
        put_column(file, names[i], LS_H5_F64, values[i]);
    }
}

static void put_rest(ls_h5 *file)
{
    static const char *const sizes[3] = {"height", "width", "channels"};
    static const char *const texts[3] = {"kernels", "host", "time"};
    assert_int_equal(ls_h5_put_text(file, "/config", "text", "[train]\nbatch = 50\n"), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/data", "digest", HEX), LS_OK);
    assert_int_equal(ls_h5_put_i64(file, "/run", "ranks", 1), LS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ls_h5_put_i64(file, "/data", sizes[i], 8), LS_OK);
        assert_int_equal(ls_h5_put_text(file, "/run", texts[i], "x"), LS_OK);
    }
}

/* With the attributes and columns of that time; open for reading. */
static ls_h5 *make_file(const char *path, bool with_training)
{
    static const char *const groups[] = {"/training", "/config", "/data", "/run"};
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_CREATE, NULL), LS_OK);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ls_h5_group(file, groups[i]), LS_OK);
    }
    if (with_training) {
        put_training(file);
    }
    put_history(file);
    put_rest(file);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    return file;
}

static void progress_is_read(void **state)
{
    (void)state;
    const char *path = in_folder(folder, "older.h5");
    ls_h5 *file = make_file(path, true);
    if (ls_checkpoint_read_head_from(file, path, &head) != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
    assert_int_equal(ls_h5_close(file), LS_OK);
    const ls_progress want = {.step = 40,
                              .epoch = 2,
                              .batch = 3,
                              .samples = 2560,
                              .sums = {.loss = {12, 345, 1}, .measure = {12, 345, 1}},
                              .best_loss = 0.0625,
                              .best_measure = 0.0625,
                              .best_epoch = 1,
                              .best_digest = UINT64_C(0x0123456789abcdef),
                              .watched_loss = 0.125,
                              .stale_epochs = 1};
    assert_memory_equal(&head.progress, &want, sizeof want);
    assert_int_equal(head.config.train_batch, 50);
    assert_string_equal(head.config.loss_terms, "mse");
}

static void history_is_read(void **state)
{
    (void)state;
    const char *path = in_folder(folder, "older.h5");
    ls_h5 *file = make_file(path, true);
    ls_history history = {0};
    assert_int_equal(ls_checkpoint_read_history(file, path, ls_task_at(0), &history), LS_OK);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(history.count, 2);
    const ls_epoch_row want = {.epoch = 2,
                               .step = 2,
                               .lr = 1e-3,
                               .train_measure = 0.125,
                               .val_measure = 0.0625,
                               .val_figure = 12,
                               .best_val_measure = 0.0625,
                               .train_loss = 0.125,
                               .val_loss = 0.0625};
    assert_memory_equal(&history.rows[1], &want, sizeof want);
    ls_history_free(&history);
}

static void what_all_files_have_is_missed(void **state)
{
    (void)state;
    const char *path = in_folder(folder, "none.h5");
    ls_h5 *file = make_file(path, false);
    assert_int_not_equal(ls_checkpoint_read_head_from(file, path, &head), LS_OK);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress_is_read),
        cmocka_unit_test(history_is_read),
        cmocka_unit_test(what_all_files_have_is_missed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
