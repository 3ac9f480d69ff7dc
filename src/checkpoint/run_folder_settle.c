/* Bringing a run folder back to the state that training goes on from. What a killed run wrote after
 * its last checkpoint is from a future that is now computed again.
 *
 * The order matters for a kill in between: each step alone leaves a folder that can be resumed from
 * the same checkpoint.
 */
#include "run_folder_private.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- what is in the way ----------------------------------------------------------------------- */

/* A name that is free: what was put aside before may be of another kind, which rename refuses. */
static ls_status find_aside(const char *path, char aside[LS_PATH_CHARS])
{
    struct stat entry;
    int length = snprintf(aside, LS_PATH_CHARS, "%s.set-aside", path);
    for (int i = 2; length > 0 && length < LS_PATH_CHARS && lstat(aside, &entry) == 0; i++) {
        length = snprintf(aside, LS_PATH_CHARS, "%s.set-aside-%d", path, i);
    }
    LS_REQUIRE(length > 0 && length < LS_PATH_CHARS, LS_BAD_INPUT, "%.64s...: the path is too long",
               path);
    return LS_OK;
}

/* A later step-*.h5 is damaged or was passed over on purpose: it is kept under another name. A
 * later best-*.h5 comes again by itself, and a link that leads nowhere is of no use; but a folder
 * of such a name holds we know not what. */
static ls_status put_aside(const ls_run_folder *folder, const ls_checkpoint_file *file)
{
    char path[LS_PATH_CHARS];
    char aside[LS_PATH_CHARS];
    LS_TRY(ls_path_join(path, folder->checkpoints, file->name));
    if ((file->best && !ls_folder_exists(path)) || file->step == INT64_MAX) {
        return ls_file_remove(path);
    }
    LS_TRY(find_aside(path, aside));
    ls_info("%s: passed over, renamed to %s", path, strrchr(aside, '/') + 1);
    return ls_file_rename(path, aside);
}

/* Whether training goes on from best-N.h5 because this one, step-N.h5, is not whole. */
static bool is_outdone(const ls_run_folder *folder, const ls_checkpoint_file *file, int64_t step)
{
    char name[LS_PATH_CHARS];
    return !file->best && file->step == step && folder->chosen[0] != '\0' &&
           ls_run_folder_owns(folder, folder->chosen, name) && strncmp(name, "best-", 5) == 0;
}

/* Of a later step, or a folder: where links and the best are brought back to, it would stop them.
 */
static bool is_in_the_way(const ls_run_folder *folder, const ls_checkpoint_file *file, int64_t step)
{
    char path[LS_PATH_CHARS];
    return file->step > step || is_outdone(folder, file, step) ||
           (ls_path_join(path, folder->checkpoints, file->name) == LS_OK && ls_folder_exists(path));
}

static ls_status clear_the_way(const ls_run_folder *folder, int64_t step)
{
    ls_checkpoint_files files;
    LS_TRY(ls_checkpoint_files_find(folder->checkpoints, &files));
    ls_status status = LS_OK;
    for (int i = 0; i < files.count && status == LS_OK; i++) {
        if (is_in_the_way(folder, &files.file[i], step)) {
            status = put_aside(folder, &files.file[i]);
        }
    }
    ls_free(files.file);
    return status;
}

/* --- best.h5 ---------------------------------------------------------------------------------- */

/* A whole checkpoint in `directory`, not after the state, that holds the weights of the best. */
static bool find_best(const char *directory, const ls_progress *progress, ls_checkpoint_file *found,
                      ls_checkpoint_head *head)
{
    ls_checkpoint_files files;
    if (ls_checkpoint_files_find(directory, &files) != LS_OK) {
        return false;
    }
    bool is_found = false;
    for (int i = 0; i < files.count && !is_found; i++) {
        char path[LS_PATH_CHARS];
        is_found = files.file[i].step <= progress->step &&
                   ls_path_join(path, directory, files.file[i].name) == LS_OK &&
                   ls_checkpoint_file_probe(path, head) == LS_OK &&
                   head->weights_digest == progress->best_digest;
        *found = files.file[i];
    }
    ls_free(files.file);
    return is_found;
}

/* A best-*.h5 of this folder stays where it is; anything else is copied to such a name. */
static ls_status adopt_best(const ls_run_folder *folder, const char *directory,
                            const ls_checkpoint_file *found, int64_t step)
{
    char name[LS_PATH_CHARS];
    char from[LS_PATH_CHARS];
    LS_TRY(ls_path_join(from, directory, found->name));
    bool stays = found->best && found->step >= 0 && ls_run_folder_owns(folder, from, name);
    if (stays) {
        return ls_checkpoint_file_link(folder, "best.h5", found->name);
    }
    char to[LS_PATH_CHARS];
    LS_TRY(ls_checkpoint_file_path(folder, true, step, to));
    LS_TRY(ls_file_copy(from, to));
    return ls_checkpoint_file_link(folder, "best.h5", strrchr(to, '/') + 1);
}

static ls_status bring_back_best(const ls_run_folder *folder, const ls_progress *progress)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_path_join(path, folder->checkpoints, "best.h5"));
    if (progress->best_digest == 0) {
        return ls_file_remove(path);
    }
    ls_checkpoint_file found;
    ls_checkpoint_head head;
    if (find_best(folder->checkpoints, progress, &found, &head)) {
        return adopt_best(folder, folder->checkpoints, &found, head.progress.step);
    }
    char source[LS_PATH_CHARS]; /* the folder of the checkpoint chosen */
    snprintf(source, sizeof source, "%s", folder->chosen);
    char *slash = strrchr(source, '/');
    snprintf(slash != NULL ? slash : source, 2, "%s", slash != NULL ? "" : ".");
    if (find_best(source, progress, &found, &head)) {
        return adopt_best(folder, source, &found, head.progress.step);
    }
    ls_warn("%s: the best model so far (validation loss %.6g of epoch %lld) is lost: there will be "
            "none until a better one comes",
            path, progress->best_loss, (long long)progress->best_epoch);
    return ls_file_remove(path);
}

/* --- last.h5 ---------------------------------------------------------------------------------- */

static ls_status bring_back_last(const ls_run_folder *folder)
{
    char name[LS_PATH_CHARS];
    if (folder->chosen[0] == '\0' || !ls_run_folder_owns(folder, folder->chosen, name) ||
        strcmp(name, "last.h5") == 0) {
        return LS_OK;
    }
    return ls_checkpoint_file_link(folder, "last.h5", name);
}

/* --- rows and images -------------------------------------------------------------------------- */

/* Keeps the lines of timings.csv whose second field, the step, is not after `step`. */
static void keep_rows(const char *csv, int64_t step, ls_text *out)
{
    ls_text_add(out, LS_TIMINGS_HEADER);
    const char *line = strchr(csv, '\n');
    while (line != NULL && line[1] != '\0') {
        line++;
        const char *end = strchr(line, '\n');
        const char *comma = strchr(line, ',');
        if (end != NULL && comma != NULL && comma < end && strtoll(comma + 1, NULL, 10) <= step) {
            ls_text_add(out, "%.*s\n", (int)(end - line), line);
        }
        line = end;
    }
}

static ls_status bring_back_timings(ls_run_folder *folder, int64_t step)
{
    char path[LS_PATH_CHARS];
    ls_text text = {0};
    LS_TRY(ls_run_folder_path(folder, "timings.csv", path));
    if (ls_file_exists(path)) {
        LS_TRY(ls_file_read(path, &text));
    }
    ls_text_free(&folder->timings);
    keep_rows(text.data != NULL ? text.data : "", step, &folder->timings);
    ls_text_free(&text);
    return ls_run_folder_replace(folder, "timings.csv", &folder->timings);
}

static ls_status remove_later_images(const ls_run_folder *folder, int64_t epoch)
{
    char images[LS_PATH_CHARS];
    ls_names names = {0};
    LS_TRY(ls_run_folder_path(folder, "images", images));
    LS_TRY(ls_folder_list(images, &names));
    ls_status status = LS_OK;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        const char *name = names.name[i];
        char path[LS_PATH_CHARS];
        if (strncmp(name, "epoch-", 6) == 0 && strtoll(name + 6, NULL, 10) > epoch) {
            status = ls_path_join(path, images, name);
            status = status == LS_OK ? ls_file_remove(path) : status;
        }
    }
    ls_names_free(&names);
    return status;
}

static ls_status write_config(const ls_run_folder *folder, const ls_config *config)
{
    ls_text text = {0};
    ls_config_write(config, &text);
    ls_status status = ls_run_folder_replace(folder, "config.ini", &text);
    ls_text_free(&text);
    return status;
}

/* --- leftovers -------------------------------------------------------------------------------- */

/* Temporary files that a killed run left behind. Under the lock: nobody is writing them. Not
 * before the run may go on: a folder that is refused is left as it was found. */
static ls_status remove_leftovers(const char *path)
{
    ls_names names = {0};
    LS_TRY(ls_folder_list(path, &names));
    ls_status status = LS_OK;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        char file[LS_PATH_CHARS];
        if (!ls_file_is_partial(names.name[i])) {
            continue;
        }
        status = ls_path_join(file, path, names.name[i]);
        if (status == LS_OK) {
            ls_info("%s: removed, a run that was killed left it", file);
            status = ls_file_remove(file);
        }
    }
    ls_names_free(&names);
    return status;
}

static ls_status remove_all_leftovers(const ls_run_folder *folder)
{
    char images[LS_PATH_CHARS];
    LS_TRY(ls_run_folder_path(folder, "images", images));
    LS_TRY(remove_leftovers(images));
    LS_TRY(remove_leftovers(folder->checkpoints));
    return remove_leftovers(folder->path);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void say_kernels(const ls_run_folder *folder, const char *kernels)
{
    if (folder->chosen[0] != '\0' && kernels != NULL &&
        strcmp(folder->chosen_kernels, kernels) != 0) {
        ls_warn("kernels: %s now, %s before: the last bits of the results may differ from a run on "
                "one kind of machine",
                kernels, folder->chosen_kernels);
    }
}

static ls_status settle(ls_run_folder *folder, const ls_training_state *state)
{
    const ls_progress *progress = &state->progress;
    say_kernels(folder, state->kernels);
    LS_TRY(remove_all_leftovers(folder));
    LS_TRY(write_config(folder, state->config));
    LS_TRY(clear_the_way(folder, progress->step));
    LS_TRY(bring_back_best(folder, progress));
    LS_TRY(bring_back_last(folder));
    LS_TRY(ls_run_folder_write_metrics(folder, &state->history, ls_task_of(state->config)));
    LS_TRY(bring_back_timings(folder, progress->step));
    LS_TRY(remove_later_images(folder, progress->epoch));
    return ls_run_folder_status(folder, progress, "starting");
}

ls_status ls_run_folder_settle(ls_run_folder *folder, const ls_training_state *state)
{
    memcpy(folder->saved, folder->chosen, sizeof folder->saved);
    return ls_comm_agree(folder->comm, ls_run_folder_leads(folder) ? settle(folder, state) : LS_OK);
}
