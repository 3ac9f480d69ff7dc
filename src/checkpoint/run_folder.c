/* The run folder: opening, closing, and the small files that are replaced as training goes on. */
#include "lockstep/checkpoint/run_folder.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "run_folder_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ls_run_folder_leads(const ls_run_folder *folder)
{
    return ls_comm_rank(folder->comm) == 0;
}

ls_status ls_run_folder_path(const ls_run_folder *folder, const char *name,
                             char path[LS_PATH_CHARS])
{
    return ls_path_join(path, folder->path, name);
}

static ls_status open_first(ls_run_folder *folder)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_folder_make(folder->path));
    LS_TRY(ls_run_folder_path(folder, "lock", path));
    LS_TRY(ls_lock_take(&folder->lock, path, LS_RUN_FOLDER_PATIENCE_SECONDS));
    LS_TRY(ls_run_folder_path(folder, "log.txt", path));
    LS_TRY(ls_log_open(path));
    LS_TRY(ls_run_folder_path(folder, "images", path));
    LS_TRY(ls_folder_make(path));
    return ls_folder_make(folder->checkpoints);
}

static ls_status set_paths(ls_run_folder *folder, const char *path)
{
    LS_REQUIRE(strlen(path) > 0 && strlen(path) < LS_PATH_CHARS, LS_BAD_INPUT,
               "train.out = %.64s: must name a folder", path);
    snprintf(folder->path, LS_PATH_CHARS, "%s", path);
    return ls_path_join(folder->checkpoints, path, "checkpoints");
}

ls_status ls_run_folder_open(ls_run_folder **out, const char *path, ls_comm *comm)
{
    void *memory = NULL;
    *out = NULL;
    LS_TRY(ls_comm_agree(comm, ls_alloc(&memory, sizeof(ls_run_folder), "the run folder")));
    ls_run_folder *folder = memory;
    folder->comm = comm;
    ls_status status = set_paths(folder, path);
    if (status == LS_OK && ls_run_folder_leads(folder)) {
        status = open_first(folder);
    }
    status = ls_comm_agree(comm, status);
    if (status != LS_OK) {
        ls_run_folder_close(folder);
        return ls_error_pass(status, __FILE__, __LINE__);
    }
    *out = folder;
    return LS_OK;
}

void ls_run_folder_close(ls_run_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    (void)ls_log_open(NULL);
    ls_lock_release(folder->lock);
    ls_text_free(&folder->timings);
    ls_free(folder->best.data);
    ls_free(folder);
}

ls_status ls_run_folder_replace(const ls_run_folder *folder, const char *name, const ls_text *text)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_text_check(text));
    LS_TRY(ls_run_folder_path(folder, name, path));
    return ls_file_replace(path, text->data, text->length);
}

ls_status ls_run_folder_write_metrics(ls_run_folder *folder, const ls_history *history,
                                      const ls_task *task)
{
    if (!ls_run_folder_leads(folder)) {
        return LS_OK;
    }
    ls_text text = {0};
    ls_history_csv(history, task, &text);
    ls_status status = ls_run_folder_replace(folder, "metrics.csv", &text);
    ls_text_free(&text);
    return status;
}

ls_status ls_run_folder_add_timing(ls_run_folder *folder, const ls_timing_row *row)
{
    if (!ls_run_folder_leads(folder)) {
        return LS_OK;
    }
    if (folder->timings.length == 0) {
        ls_text_add(&folder->timings, LS_TIMINGS_HEADER);
    }
    ls_text_add(&folder->timings, "%" PRId64 ",%" PRId64 ",%d,%.3f,%.1f,%.4f,%.3f,%.3f,%.3f\n",
                row->epoch, row->step, row->ranks, row->seconds, row->images_per_second,
                row->comm_fraction, row->validation_seconds, row->checkpoint_seconds,
                row->exchange_seconds);
    return ls_run_folder_replace(folder, "timings.csv", &folder->timings);
}

static void describe_status(const ls_run_folder *folder, const ls_progress *progress,
                            const char *phase, ls_text *out)
{
    char time[LS_CLOCK_TEXT_CHARS];
    ls_clock_text(time);
    ls_text_add(out, "{\n  \"phase\": ");
    ls_text_add_json_string(out, phase);
    ls_text_add(out,
                ",\n  \"step\": %" PRId64 ",\n  \"epoch\": %" PRId64 ",\n  \"batch\": %" PRId64
                ",\n  \"samples\": %" PRId64 ",\n  \"last_checkpoint\": ",
                progress->step, progress->epoch, progress->batch, progress->samples);
    if (folder->saved[0] != '\0') {
        ls_text_add_json_string(out, folder->saved);
    } else {
        ls_text_add(out, "null");
    }
    ls_text_add(out, ",\n  \"ranks\": %d,\n  \"host\": ", ls_comm_size(folder->comm));
    ls_text_add_json_string(out, ls_comm_host(folder->comm));
    ls_text_add(out, ",\n  \"process\": %ld,\n  \"time\": \"%s\"\n}\n", (long)getpid(), time);
}

ls_status ls_run_folder_status(ls_run_folder *folder, const ls_progress *progress,
                               const char *phase)
{
    if (!ls_run_folder_leads(folder)) {
        return LS_OK;
    }
    ls_text text = {0};
    describe_status(folder, progress, phase, &text);
    ls_status status = ls_run_folder_replace(folder, "status.json", &text);
    ls_text_free(&text);
    return status;
}
