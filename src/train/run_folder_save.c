/* Saving as training goes on: the best model, the checkpoint of a step, and pruning. */
#include "run_folder_private.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* The number of the oldest file of a kind to keep: of step files the keep-th; of best files the one
 * that the oldest kept step could go back to. Files are newest first. -1 = all. */
static int64_t oldest_step(const ls_checkpoint_files *files, int64_t keep)
{
    for (int i = 0; i < files->count; i++) {
        const ls_checkpoint_file *file = &files->file[i];
        if (!file->best && file->step >= 0 && --keep == 0) {
            return file->step;
        }
    }
    return -1;
}

static int64_t oldest_best(const ls_checkpoint_files *files, int64_t step)
{
    for (int i = 0; i < files->count; i++) {
        if (files->file[i].best && files->file[i].step <= step) {
            return files->file[i].step;
        }
    }
    return -1;
}

static ls_status remove_older(const ls_run_folder *folder, const ls_checkpoint_files *files,
                              int64_t keep)
{
    int64_t step = oldest_step(files, keep);
    int64_t best = oldest_best(files, step);
    for (int i = 0; i < files->count; i++) {
        const ls_checkpoint_file *file = &files->file[i];
        char path[LS_PATH_CHARS];
        if (file->step >= 0 && file->step < (file->best ? best : step)) {
            LS_TRY(ls_path_join(path, folder->checkpoints, file->name));
            LS_TRY(ls_file_remove(path));
        }
    }
    return LS_OK;
}

static ls_status prune(const ls_run_folder *folder, int64_t keep)
{
    ls_checkpoint_files files;
    LS_TRY(ls_checkpoint_files_find(folder->checkpoints, &files));
    ls_status status = remove_older(folder, &files, keep);
    ls_free(files.file);
    return status;
}

/* Two jobs never write into one folder: one that slept while another took over must not go on. */
static ls_status require_lock(const ls_run_folder *folder)
{
    LS_REQUIRE(!ls_run_folder_leads(folder) || ls_lock_held(folder->lock), LS_LOST,
               "%s: another job has taken this run folder over while this one did not move; this "
               "one ends and leaves it alone",
               folder->path);
    return LS_OK;
}

/* Collective. Writes best-N.h5 or step-N.h5, then makes `link` name it. */
static ls_status save_as(ls_run_folder *folder, const ls_training_state *state, bool best,
                         const char *link)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_comm_agree(folder->comm, require_lock(folder)));
    LS_TRY(ls_checkpoint_file_path(folder, best, state->progress.step, path));
    LS_TRY(ls_checkpoint_write(path, state, folder->comm));
    memcpy(folder->saved, path, sizeof path);
    ls_status status = LS_OK;
    if (ls_run_folder_leads(folder)) {
        status = ls_checkpoint_file_link(folder, link, strrchr(path, '/') + 1);
    }
    return ls_comm_agree(folder->comm, status);
}

ls_status ls_run_folder_save_best(ls_run_folder *folder, ls_training_state *state)
{
    state->progress.best_digest = ls_weights_digest(state->model);
    return save_as(folder, state, true, "best.h5");
}

/* A summary tells of a run's end: one that has gone on since is told of no more. */
static ls_status remove_summary(const ls_run_folder *folder)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_run_folder_path(folder, "summary.json", path));
    return ls_file_remove(path);
}

ls_status ls_run_folder_save(ls_run_folder *folder, ls_training_state *state)
{
    LS_TRY(save_as(folder, state, false, "last.h5"));
    if (ls_run_folder_leads(folder) &&
        (prune(folder, state->config->train_keep) != LS_OK || remove_summary(folder) != LS_OK)) {
        ls_warn("what a new checkpoint outdates was not removed: %s", ls_error_message());
    }
    return LS_OK;
}
