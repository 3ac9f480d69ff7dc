/* The small run, and what the tests do to files. */
#include "small_run.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"
#include "lockstep/io/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void configure(ls_config *config, const char *out)
{
    char folder[LS_OPTION_CHARS];
    snprintf(folder, sizeof folder, "train.out=%s", out);
    const char *arguments[] = {
        "model.encoder=conv(4) relu maxpool(2) dense(5)",
        "model.decoder=dense(64) relu reshape(4,4,4) deconv(3) sigmoid",
        "train.lane=4",
        "train.keep=2",
        "optim.name=adam",
        "backend.name=ref",
        folder,
    };
    ls_config_defaults(config);
    int count = (int)(sizeof arguments / sizeof arguments[0]);
    assert_int_equal(ls_config_apply_arguments(config, count, arguments), LS_OK);
}

void small_run_create(small_run *run, const char *out)
{
    memset(run, 0, sizeof *run);
    configure(&run->config, out);
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    assert_int_equal(ls_model_create(&run->model, &run->config, backend,
                                     (ls_shape){.h = 8, .w = 8, .c = 3}, LS_MODEL_TRAIN),
                     LS_OK);
    size_t bytes = (size_t)ls_model_parameter_count(run->model) * sizeof(float);
    run->state = (ls_training_state){.model = run->model,
                                     .optim = ls_optim_type_find("adam"),
                                     .data_digest = DATA_DIGEST,
                                     .config = &run->config,
                                     .kernels = "ref portable"};
    assert_int_equal(run->state.optim->moment_count, 2);
    for (int i = 0; i < 2; i++) {
        void *memory;
        assert_int_equal(ls_alloc(&memory, bytes, "a moment"), LS_OK);
        run->moment[i] = run->state.moments[i] = memory;
    }
}

void small_run_destroy(small_run *run)
{
    ls_history_free(&run->state.history);
    ls_model_destroy(run->model);
    for (int i = 0; i < LS_OPTIM_MOMENTS; i++) {
        ls_free(run->moment[i]);
    }
}

#define BLOCKS 4

/* Element i of block b (0 parameters, 1 and 2 moments, 3 state) after a step: its own stream of
 * numbers. */
static float element(int64_t step, uint32_t block, int64_t i)
{
    ls_random_key key = {.seed = (uint64_t)step, .purpose = LS_PURPOSE_TEST, .layer = block};
    return ls_random_uniform(&key, (uint32_t)i) - 0.5F;
}

static float *block_of(small_run *run, uint32_t block)
{
    if (block == 3) {
        return ls_model_state(run->model);
    }
    return block == 0 ? ls_model_parameters(run->model) : run->moment[block - 1];
}

/* Of the state none, but for tests with kept_state.c. */
static int64_t count_of(const small_run *run, uint32_t block)
{
    return block == 3 ? ls_model_state_count(run->model) : ls_model_parameter_count(run->model);
}

static void fill_parameters(small_run *run, int64_t step)
{
    for (int64_t i = 0; i < ls_model_parameter_count(run->model); i++) {
        ls_model_parameters(run->model)[i] = element(step, 0, i);
    }
}

static ls_epoch_row row_of(int64_t epoch)
{
    double value = 1.0 / (3.0 + (double)epoch); /* not exact in few digits */
    return (ls_epoch_row){.epoch = epoch,
                          .step = epoch * STEPS_PER_EPOCH,
                          .lr = 1e-3,
                          .train_measure = 2 * value,
                          .val_measure = value,
                          .val_figure = -10 * log10(value),
                          .best_val_measure = value,
                          .train_loss = 3 * value,
                          .val_loss = value / 5};
}

static ls_progress progress_of(small_run *run, int64_t step, int64_t best_step)
{
    ls_progress progress = {.step = step,
                            .epoch = step / STEPS_PER_EPOCH,
                            .batch = step % STEPS_PER_EPOCH,
                            .samples = 64 * step,
                            .sums.loss = {step, 7 * step, step % 3},
                            .sums.measure = {step + 1, 5 * step, step % 4},
                            .best_loss = (double)INFINITY,
                            .best_measure = (double)INFINITY,
                            .watched_loss = (double)INFINITY};
    if (best_step > 0) {
        fill_parameters(run, best_step);
        progress.best_digest = ls_weights_digest(run->model);
        progress.best_epoch = best_step / STEPS_PER_EPOCH;
        progress.best_measure = 1.0 / (double)best_step;
        progress.best_loss = progress.watched_loss = 2.0 / (double)best_step;
        progress.stale_epochs = progress.epoch - progress.best_epoch;
    }
    return progress;
}

void small_run_advance(small_run *run, int64_t step, int64_t best_step)
{
    run->state.progress = progress_of(run, step, best_step);
    for (uint32_t b = 0; b < BLOCKS; b++) {
        for (int64_t i = 0; i < count_of(run, b); i++) {
            block_of(run, b)[i] = element(step, b, i);
        }
    }
    ls_history_free(&run->state.history);
    for (int64_t epoch = 1; epoch <= step / STEPS_PER_EPOCH; epoch++) {
        ls_epoch_row row = row_of(epoch);
        assert_int_equal(ls_history_add(&run->state.history, &row), LS_OK);
    }
}

void small_run_require(small_run *run, int64_t step, int64_t best_step)
{
    for (uint32_t b = 0; b < BLOCKS; b++) {
        for (int64_t i = 0; i < count_of(run, b); i++) {
            assert_true(block_of(run, b)[i] == element(step, b, i));
        }
    }
    assert_int_equal(run->state.history.count, step / STEPS_PER_EPOCH);
    for (int64_t epoch = 1; epoch <= step / STEPS_PER_EPOCH; epoch++) {
        ls_epoch_row row = row_of(epoch);
        assert_memory_equal(&run->state.history.rows[epoch - 1], &row, sizeof row);
    }
    assert_int_equal(run->state.data_digest, DATA_DIGEST);
    ls_progress found = run->state.progress;
    ls_progress progress = progress_of(run, step, best_step); /* overwrites the parameters */
    assert_memory_equal(&found, &progress, sizeof progress);
    fill_parameters(run, step);
}

void require_same_config(const ls_config *a, const ls_config *b)
{
    ls_text one = {0}, two = {0};
    ls_config_write(a, &one);
    ls_config_write(b, &two);
    assert_string_equal(one.data, two.data);
    ls_text_free(&one);
    ls_text_free(&two);
}

/* --- files ------------------------------------------------------------------------------------ */

void scratch_make(char path[LS_PATH_CHARS])
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, LS_PATH_CHARS, "%s/lockstep-test-XXXXXX", folder != NULL ? folder : "/tmp");
    assert_non_null(mkdtemp(path));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

void scratch_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *in_folder(const char *folder, const char *name)
{
    static char path[4][LS_PATH_CHARS];
    static unsigned next;
    char *out = path[next++ % 4];
    assert_int_equal(ls_path_join(out, folder, name), LS_OK);
    return out;
}

bool file_contains(const char *path, const char *word)
{
    ls_text text = {0};
    assert_int_equal(ls_file_read(path, &text), LS_OK);
    bool contains = text.data != NULL && strstr(text.data, word) != NULL;
    ls_text_free(&text);
    return contains;
}

void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void flip_bit(const char *path, int64_t offset)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    unsigned char byte;
    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, offset), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(file, &byte, 1, offset), 1);
    assert_int_equal(close(file), 0);
}

void cut_file(const char *path, int64_t bytes)
{
    assert_int_equal(truncate(path, bytes), 0);
}

int64_t size_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}
