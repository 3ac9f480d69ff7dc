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

/* One that can't be removed leaves the others to be removed all the same. */
static ls_status remove_older(const ls_run_folder *folder, const ls_checkpoint_files *files,
                              int64_t keep)
{
    int64_t step = oldest_step(files, keep);
    int64_t best = oldest_best(files, step);
    ls_status status = LS_OK;
    for (int i = 0; i < files->count; i++) {
        const ls_checkpoint_file *file = &files->file[i];
        char path[LS_PATH_CHARS];
        if (file->step >= 0 && file->step < (file->best ? best : step)) {
            LS_TRY(ls_path_join(path, folder->checkpoints, file->name));
            ls_status removed = ls_file_remove(path);
            status = status != LS_OK ? status : removed;
        }
    }
    return status;
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

ls_status ls_run_folder_require_lock(ls_run_folder *folder)
{
    return ls_comm_agree(folder->comm, require_lock(folder));
}

/* Collective. Writes best-N.h5 or step-N.h5, then makes `link` name it. */
static ls_status save_as(ls_run_folder *folder, const ls_training_state *state, bool best,
                         const char *link)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_checkpoint_file_path(folder, best, state->progress.step, path));
    LS_TRY(ls_checkpoint_write(path, state, folder->comm));
    memcpy(folder->saved, path, sizeof path);
    ls_status status = LS_OK;
    if (ls_run_folder_leads(folder)) {
        status = ls_checkpoint_file_link(folder, link, strrchr(path, '/') + 1);
    }
    return ls_comm_agree(folder->comm, status);
}

/* --- a best model that can't be written ------------------------------------------------------- */

static void forget_best(ls_run_folder *folder)
{
    ls_free(folder->best.data);
    folder->best = (ls_checkpoint_bytes){0};
}

/* The weights go on from here, and a later checkpoint will name these as the best. */
static void keep_best(ls_run_folder *folder, const ls_training_state *state)
{
    ls_text failure = {0}; /* building may fail too, and says so in its own words */
    ls_text_add(&failure, "%s", ls_error_message());
    ls_checkpoint_writer writer = {ls_comm_size(folder->comm), ls_comm_host(folder->comm)};
    folder->best_step = state->progress.step;
    if (ls_checkpoint_build("best.h5", state, &writer, true, &folder->best) != LS_OK) {
        ls_warn("the best model so far is not kept in memory either: %s", ls_error_message());
    }
    ls_error_set(LS_LOST, __FILE__, __LINE__, "%s", failure.data != NULL ? failure.data : "");
    ls_text_free(&failure);
}

/* Rank 0. Before a checkpoint that may name it. */
static ls_status write_kept_best(ls_run_folder *folder)
{
    if (folder->best.data == NULL) {
        return LS_OK;
    }
    char path[LS_PATH_CHARS];
    LS_TRY(ls_checkpoint_file_path(folder, true, folder->best_step, path));
    LS_TRY(ls_checkpoint_write_bytes(path, &folder->best));
    LS_TRY(ls_checkpoint_file_link(folder, "best.h5", strrchr(path, '/') + 1));
    forget_best(folder);
    return LS_OK;
}

/* One that was kept is outdone, and no checkpoint names it. */
ls_status ls_run_folder_save_best(ls_run_folder *folder, ls_training_state *state)
{
    state->progress.best_digest = ls_weights_digest(state->model);
    forget_best(folder);
    ls_status status = save_as(folder, state, true, "best.h5");
    if (status != LS_OK && ls_run_folder_leads(folder) && !ls_comm_is_lost(folder->comm)) {
        keep_best(folder, state);
    }
    return status;
}

/* --- the checkpoint of a step ----------------------------------------------------------------- */

ls_status ls_run_folder_remove_summary(const ls_run_folder *folder)
{
    if (!ls_run_folder_leads(folder)) {
        return LS_OK;
    }
    char path[LS_PATH_CHARS];
    LS_TRY(ls_run_folder_path(folder, "summary.json", path));
    return ls_file_remove(path);
}

ls_status ls_run_folder_save(ls_run_folder *folder, ls_training_state *state)
{
    bool leads = ls_run_folder_leads(folder);
    LS_TRY(ls_comm_agree(folder->comm, leads ? write_kept_best(folder) : LS_OK));
    LS_TRY(save_as(folder, state, false, "last.h5"));
    if (leads && prune(folder, state->config->train_keep) != LS_OK) {
        ls_warn("older checkpoints were not removed: %s", ls_error_message());
    }
    return LS_OK;
}

ls_status ls_run_folder_rescue(ls_run_folder *folder, const ls_training_state *state)
{
    char path[LS_PATH_CHARS];
    ls_checkpoint_writer writer = {ls_comm_size(folder->comm), ls_comm_host(folder->comm)};
    LS_TRY(require_lock(folder));
    LS_TRY(ls_checkpoint_file_path(folder, false, state->progress.step, path));
    LS_TRY(ls_checkpoint_write_alone(path, state, &writer));
    return ls_checkpoint_file_link(folder, "last.h5", strrchr(path, '/') + 1);
}
