/* The small contents of a checkpoint: progress, history, configuration, data, and /run.
 *
 * /config holds the resolved configuration with those options at their defaults that belong to one
 * process and not to the run's result (where it stands, when it stops, what computes it). Their
 * values stand in /run, so that two equal runs differ there alone.
 */
#include "history_columns.h"
#include "layout.h"
#include "lockstep/base/clock.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY      "/training/history"
#define COLUMN_CHARS (LS_TASK_NAME_CHARS + 32)

/* A number of /training. */
typedef struct number {
    const char *name; /* for ls_task_name */
    size_t offset;    /* in ls_progress */
    /* What has the same value in files of a time when the loss was the mean squared error and this
     * one was not written; NULL = it is in all files. */
    const char *formerly;
} number;

#define WORD(sum, word) (offsetof(ls_progress, sums.sum) + offsetof(ls_sum, word))
static const number counters[] = {
    /* of int64_t */
    {"step", offsetof(ls_progress, step), NULL},
    {"epoch", offsetof(ls_progress, epoch), NULL},
    {"batch", offsetof(ls_progress, batch), NULL},
    {"samples", offsetof(ls_progress, samples), NULL},
    {"loss_whole", WORD(loss, whole), NULL},
    {"loss_fraction", WORD(loss, fraction), NULL},
    {"loss_not_finite", WORD(loss, not_finite), NULL},
    {"*_whole", WORD(measure, whole), "loss_whole"},
    {"*_fraction", WORD(measure, fraction), "loss_fraction"},
    {"*_not_finite", WORD(measure, not_finite), "loss_not_finite"},
    {"best_epoch", offsetof(ls_progress, best_epoch), NULL},
    {"stale_epochs", offsetof(ls_progress, stale_epochs), NULL},
};
#undef WORD
#define COUNTERS (sizeof counters / sizeof counters[0])

static const number reals[] = {
    /* of double */
    {"best_*", offsetof(ls_progress, best_measure), NULL},
    {"best_loss", offsetof(ls_progress, best_loss), "best_mse"},
    {"watched_loss", offsetof(ls_progress, watched_loss), "watched_mse"},
};
#define REALS (sizeof reals / sizeof reals[0])

/* --- writing ---------------------------------------------------------------------------------- */

static ls_status put_digest(ls_h5 *file, const char *object, const char *name, uint64_t digest)
{
    char text[LS_DIGEST_CHARS];
    ls_digest_text(digest, text);
    return ls_h5_put_text(file, object, name, text);
}

static ls_status write_progress(ls_h5 *file, const ls_progress *progress, const ls_task *task)
{
    char name[LS_TASK_NAME_CHARS];
    LS_TRY(ls_h5_group(file, "/training"));
    for (size_t i = 0; i < COUNTERS; i++) {
        int64_t value;
        memcpy(&value, (const char *)progress + counters[i].offset, sizeof value);
        (void)ls_task_name(task, counters[i].name, name);
        LS_TRY(ls_h5_put_i64(file, "/training", name, value));
    }
    for (size_t i = 0; i < REALS; i++) {
        double value;
        memcpy(&value, (const char *)progress + reals[i].offset, sizeof value);
        (void)ls_task_name(task, reals[i].name, name);
        LS_TRY(ls_h5_put_f64(file, "/training", name, value));
    }
    return put_digest(file, "/training", "best_digest", progress->best_digest);
}

/* The dataset of a column; false where the task has no such column. */
static bool name_column(const char *pattern, const ls_task *task, char name[COLUMN_CHARS])
{
    char column[LS_TASK_NAME_CHARS];
    bool has = ls_task_name(task, pattern, column);
    snprintf(name, COLUMN_CHARS, HISTORY "/%s", has ? column : "");
    return has;
}

/* One dataset a column, so that readers see names and types at once; values: room for a column. */
static ls_status write_column(ls_h5 *file, const ls_history *history, const ls_task *task,
                              const ls_history_column *column, char *values)
{
    char name[COLUMN_CHARS];
    if (!name_column(column->name, task, name)) {
        return LS_OK;
    }
    for (int64_t r = 0; r < history->count; r++) {
        memcpy(values + (size_t)r * sizeof(double),
               (const char *)&history->rows[r] + column->offset, sizeof(double));
    }
    ls_h5_type type = column->real ? LS_H5_F64 : LS_H5_I64;
    ls_h5_info info = {.type = type, .dim_count = 1, .dims = {history->count}};
    LS_TRY(ls_h5_create(file, name, &info, 0, 0));
    return ls_h5_write(file, name, type, (ls_h5_rows){0, history->count}, values);
}

static ls_status write_history(ls_h5 *file, const ls_history *history, const ls_task *task)
{
    LS_TRY(ls_h5_group(file, HISTORY));
    LS_TRY(ls_h5_put_i64(file, HISTORY, "rows", history->count));
    if (history->count == 0) {
        return LS_OK;
    }
    void *values = NULL; /* [count] of 8 bytes */
    LS_TRY(ls_alloc(&values, (size_t)history->count * sizeof(double), "a column of the metrics"));
    ls_status status = LS_OK;
    for (int i = 0; i < LS_HISTORY_COLUMNS && status == LS_OK; i++) {
        status = write_column(file, history, task, &ls_history_columns[i], values);
    }
    ls_free(values);
    return status;
}

static ls_status write_config(ls_h5 *file, const ls_config *config)
{
    ls_config shared = *config;
    ls_config_reset_own(&shared);
    ls_text text = {0};
    ls_config_write(&shared, &text);
    ls_status status = ls_text_check(&text);
    if (status == LS_OK) {
        status = ls_h5_group(file, "/config");
    }
    if (status == LS_OK) {
        status = ls_h5_put_text(file, "/config", "text", text.data);
    }
    ls_text_free(&text);
    return status;
}

static ls_status write_data(ls_h5 *file, ls_shape shape, uint64_t digest)
{
    LS_TRY(ls_h5_group(file, "/data"));
    LS_TRY(put_digest(file, "/data", "digest", digest));
    LS_TRY(ls_h5_put_i64(file, "/data", "height", shape.h));
    LS_TRY(ls_h5_put_i64(file, "/data", "width", shape.w));
    return ls_h5_put_i64(file, "/data", "channels", shape.c);
}

static ls_status write_own_option(ls_h5 *file, const ls_config *config, int index)
{
    ls_text value = {0};
    ls_config_own_value(config, index, &value);
    ls_status status = ls_text_check(&value);
    if (status == LS_OK) {
        status = ls_h5_put_text(file, "/run", ls_config_own_name(index),
                                value.data != NULL ? value.data : "");
    }
    ls_text_free(&value);
    return status;
}

static ls_status write_run(ls_h5 *file, const ls_training_state *state, int size, const char *host)
{
    char time[LS_CLOCK_TEXT_CHARS];
    ls_clock_text(time);
    LS_TRY(ls_h5_group(file, "/run"));
    LS_TRY(ls_h5_put_text(file, "/run", "time", time));
    LS_TRY(ls_h5_put_text(file, "/run", "host", host));
    LS_TRY(ls_h5_put_i64(file, "/run", "ranks", size));
    LS_TRY(ls_h5_put_text(file, "/run", "kernels", state->kernels != NULL ? state->kernels : ""));
    LS_TRY(ls_h5_put_text(file, "/run", "hdf5", ls_h5_library()));
    LS_TRY(ls_h5_put_text(file, "/run", "mpi", ls_comm_library()));
    for (int i = 0; i < ls_config_own_count(); i++) {
        LS_TRY(write_own_option(file, state->config, i));
    }
    return LS_OK;
}

ls_status ls_checkpoint_write_head(ls_h5 *file, const ls_training_state *state, int size,
                                   const char *host)
{
    LS_TRY(ls_h5_group(file, "/model"));
    LS_TRY(ls_h5_group(file, "/optimizer"));
    LS_TRY(ls_h5_put_text(file, "/optimizer", "name", state->optim->name));
    const ls_task *task = ls_task_of(state->config);
    LS_TRY(write_progress(file, &state->progress, task));
    LS_TRY(put_digest(file, "/training", "weights_digest", ls_weights_digest(state->model)));
    LS_TRY(put_digest(file, "/training", "state_digest", ls_state_digest(state)));
    LS_TRY(write_history(file, &state->history, task));
    LS_TRY(write_config(file, state->config));
    LS_TRY(write_data(file, ls_model_input(state->model), state->data_digest));
    return write_run(file, state, size, host);
}

/* --- reading ---------------------------------------------------------------------------------- */

static ls_status get_text(ls_h5 *file, const char *object, const char *name, char *out,
                          size_t bytes)
{
    ls_text text = {0};
    ls_status status = ls_h5_get_text(file, object, name, &text);
    if (status == LS_OK) {
        snprintf(out, bytes, "%s", text.data != NULL ? text.data : "");
    }
    ls_text_free(&text);
    return status;
}

static ls_status get_digest(ls_h5 *file, const char *object, const char *name, uint64_t *digest)
{
    char text[LS_DIGEST_CHARS];
    LS_TRY(get_text(file, object, name, text, sizeof text));
    *digest = strtoull(text, NULL, 16);
    return LS_OK;
}

/* The attribute that holds the number in this file. */
static const char *attribute_of(ls_h5 *file, const number *n, const ls_task *task,
                                char name[LS_TASK_NAME_CHARS])
{
    (void)ls_task_name(task, n->name, name);
    bool absent = n->formerly != NULL && !ls_h5_has_attribute(file, "/training", name);
    return absent ? n->formerly : name;
}

static ls_status read_progress(ls_h5 *file, const ls_task *task, ls_progress *progress)
{
    char name[LS_TASK_NAME_CHARS];
    *progress = (ls_progress){0};
    for (size_t i = 0; i < COUNTERS; i++) {
        int64_t value;
        LS_TRY(
            ls_h5_get_i64(file, "/training", attribute_of(file, &counters[i], task, name), &value));
        memcpy((char *)progress + counters[i].offset, &value, sizeof value);
    }
    for (size_t i = 0; i < REALS; i++) {
        double value;
        LS_TRY(ls_h5_get_f64(file, "/training", attribute_of(file, &reals[i], task, name), &value));
        memcpy((char *)progress + reals[i].offset, &value, sizeof value);
    }
    return get_digest(file, "/training", "best_digest", &progress->best_digest);
}

/* A file of a program that did not have the option yet leaves it at its default. */
static ls_status read_own_option(ls_h5 *file, ls_config *config, const char *name)
{
    if (!ls_h5_has_attribute(file, "/run", name)) {
        return LS_OK;
    }
    char argument[LS_OPTION_CHARS + 32];
    int length = snprintf(argument, sizeof argument, "%s=", name);
    LS_TRY(get_text(file, "/run", name, argument + length, sizeof argument - (size_t)length));
    return ls_config_apply_arguments(config, 1, (const char *const[]){argument});
}

static ls_status read_config(ls_h5 *file, const char *path, ls_config *config)
{
    ls_config_defaults(config);
    ls_text text = {0};
    ls_status status = ls_h5_get_text(file, "/config", "text", &text);
    if (status == LS_OK) {
        status = ls_config_apply_text(config, text.data != NULL ? text.data : "", path);
    }
    ls_text_free(&text);
    for (int i = 0; i < ls_config_own_count() && status == LS_OK; i++) {
        status = read_own_option(file, config, ls_config_own_name(i));
    }
    return status;
}

static ls_status read_data(ls_h5 *file, const char *path, ls_checkpoint_head *head)
{
    int64_t h, w, c;
    LS_TRY(ls_h5_get_i64(file, "/data", "height", &h));
    LS_TRY(ls_h5_get_i64(file, "/data", "width", &w));
    LS_TRY(ls_h5_get_i64(file, "/data", "channels", &c));
    LS_REQUIRE(h > 0 && w > 0 && c > 0 && h <= INT32_MAX && w <= INT32_MAX && c <= INT32_MAX,
               LS_BAD_INPUT, "%s: images of %" PRId64 "x%" PRId64 "x%" PRId64 " cannot be", path, h,
               w, c);
    head->input = (ls_shape){.h = (int)h, .w = (int)w, .c = (int)c};
    return get_digest(file, "/data", "digest", &head->data_digest);
}

static ls_status read_run(ls_h5 *file, ls_checkpoint_head *head)
{
    int64_t ranks;
    LS_TRY(ls_h5_get_i64(file, "/run", "ranks", &ranks));
    head->ranks = (int)ranks;
    LS_TRY(get_text(file, "/run", "kernels", head->kernels, sizeof head->kernels));
    LS_TRY(get_text(file, "/run", "host", head->host, sizeof head->host));
    return get_text(file, "/run", "time", head->time, sizeof head->time);
}

ls_status ls_checkpoint_read_head_from(ls_h5 *file, const char *path, ls_checkpoint_head *head)
{
    LS_TRY(read_config(file, path, &head->config));
    LS_TRY(read_progress(file, ls_task_of(&head->config), &head->progress));
    LS_TRY(get_digest(file, "/training", "weights_digest", &head->weights_digest));
    LS_TRY(get_digest(file, "/training", "state_digest", &head->state_digest));
    LS_TRY(read_data(file, path, head));
    return read_run(file, head);
}

/* values: room for a column of rows->count. */
static ls_status read_column(ls_h5 *file, const ls_history_column *column, const ls_task *task,
                             ls_history *history, char *values)
{
    char name[COLUMN_CHARS];
    if (!name_column(column->name, task, name)) {
        return LS_OK;
    }
    if (column->formerly != NULL && !ls_h5_has(file, name)) {
        (void)name_column(column->formerly, task, name);
    }
    LS_TRY(ls_h5_read(file, name, column->real ? LS_H5_F64 : LS_H5_I64,
                      (ls_h5_rows){0, history->count}, values));
    for (int64_t r = 0; r < history->count; r++) {
        memcpy((char *)&history->rows[r] + column->offset, values + (size_t)r * sizeof(double),
               sizeof(double));
    }
    return LS_OK;
}

ls_status ls_checkpoint_read_history(ls_h5 *file, const char *path, const ls_task *task,
                                     ls_history *history)
{
    int64_t rows;
    LS_TRY(ls_h5_get_i64(file, HISTORY, "rows", &rows));
    LS_REQUIRE(rows >= 0, LS_BAD_INPUT, "%s: " HISTORY " has %" PRId64 " rows", path, rows);
    for (int64_t r = 0; r < rows; r++) {
        LS_TRY(ls_history_add(history, &(ls_epoch_row){0}));
    }
    if (rows == 0) {
        return LS_OK;
    }
    void *values = NULL; /* [rows] of 8 bytes */
    LS_TRY(ls_alloc(&values, (size_t)rows * sizeof(double), "a column of the metrics"));
    ls_status status = LS_OK;
    for (int i = 0; i < LS_HISTORY_COLUMNS && status == LS_OK; i++) {
        status = read_column(file, &ls_history_columns[i], task, history, values);
    }
    ls_free(values);
    return status;
}
