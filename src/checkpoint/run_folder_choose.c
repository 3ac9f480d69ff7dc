/* What a run begins from: the newest whole checkpoint of its folder, the one it is told, or
 * nothing; and whether the folder is free for it. Rank 0 decides; nothing is changed here.
 */
#include "run_folder_private.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- whether a checkpoint fits this run ------------------------------------------------------- */

static ls_status accept_config(const char *from, const ls_config *stored, const ls_config *now)
{
    ls_text warnings = {0};
    ls_status status = ls_config_check_resume(stored, now, &warnings);
    if (status != LS_OK) {
        ls_error_append("%s was made with the values above: keep them to go on, or begin a run in "
                        "another folder: train.out=...",
                        from);
    } else if (warnings.length > 0) {
        ls_warn("%s", warnings.data);
    }
    ls_text_free(&warnings);
    return status;
}

static ls_status accept(const char *path, const ls_checkpoint_head *head, const ls_config *config,
                        uint64_t data_digest)
{
    LS_TRY(accept_config(path, &head->config, config));
    char then[LS_DIGEST_CHARS];
    char now[LS_DIGEST_CHARS];
    ls_digest_text(head->data_digest, then);
    ls_digest_text(data_digest, now);
    LS_REQUIRE(head->data_digest == data_digest, LS_BAD_INPUT,
               "data.path = %s: these are not the images that %s was trained on (digest %s, then "
               "%s): give the same data, or begin a run in another folder: train.out=...",
               config->data_path, path, now, then);
    return LS_OK;
}

/* --- which checkpoint ------------------------------------------------------------------------- */

/* Fills folder->chosen with the first whole file. */
static ls_status choose_first_whole(ls_run_folder *folder, const ls_checkpoint_files *files,
                                    ls_checkpoint_head *head)
{
    for (int i = 0; i < files->count; i++) {
        char path[LS_PATH_CHARS];
        LS_TRY(ls_path_join(path, folder->checkpoints, files->file[i].name));
        if (ls_checkpoint_file_probe(path, head) == LS_OK) {
            memcpy(folder->chosen, path, sizeof path);
            return LS_OK;
        }
        ls_warn("skipped a checkpoint: %s", ls_error_message());
    }
    LS_REQUIRE(files->count == 0, LS_BAD_INPUT,
               "%s: none of the %d checkpoint files is whole (see the warnings); nothing was "
               "changed. Bring one back from a copy, or begin a run in another folder: "
               "train.out=...",
               folder->checkpoints, files->count);
    return LS_OK;
}

static ls_status choose_newest(ls_run_folder *folder, ls_checkpoint_head *head)
{
    ls_checkpoint_files files;
    LS_TRY(ls_checkpoint_files_find(folder->checkpoints, &files));
    ls_status status = choose_first_whole(folder, &files, head);
    ls_free(files.file);
    return status;
}

static ls_status choose_given(ls_run_folder *folder, const char *path, ls_checkpoint_head *head)
{
    LS_TRY(ls_checkpoint_file_probe(path, head));
    int length = snprintf(folder->chosen, sizeof folder->chosen, "%s", path);
    LS_REQUIRE(length >= 0 && (size_t)length < sizeof folder->chosen, LS_BAD_INPUT,
               "train.resume = %.64s...: the path is too long", path);
    return LS_OK;
}

/* --- whether the folder is free for a run that begins in it ----------------------------------- */

static bool has(const ls_run_folder *folder, const char *name)
{
    char path[LS_PATH_CHARS];
    return ls_run_folder_path(folder, name, path) == LS_OK && ls_file_exists(path);
}

static ls_status count_checkpoints(const ls_run_folder *folder, int *count)
{
    ls_checkpoint_files files;
    LS_TRY(ls_checkpoint_files_find(folder->checkpoints, &files));
    *count = files.count;
    ls_free(files.file);
    return LS_OK;
}

/* Rows of metrics.csv; 0 when there is none. */
static ls_status count_rows(const ls_run_folder *folder, int64_t *rows)
{
    *rows = 0;
    if (!has(folder, "metrics.csv")) {
        return LS_OK;
    }
    char path[LS_PATH_CHARS];
    ls_text text = {0};
    LS_TRY(ls_run_folder_path(folder, "metrics.csv", path));
    LS_TRY(ls_file_read(path, &text));
    for (size_t i = 0; i < text.length; i++) {
        *rows += text.data[i] == '\n';
    }
    *rows -= *rows > 0; /* the header */
    ls_text_free(&text);
    return LS_OK;
}

static ls_status read_config(const char *path, ls_config *config)
{
    ls_config_defaults(config);
    ls_text text = {0};
    LS_TRY(ls_file_read(path, &text));
    ls_status status = ls_config_apply_text(config, text.data != NULL ? text.data : "", path);
    ls_text_free(&text);
    return status;
}

/* A run of the same configuration that was killed before its first checkpoint may begin again: it
 * lost nothing but at most one epoch's row. More rows, or a summary, mean that its checkpoints have
 * been taken away, and what is left is not ours to overwrite. */
static ls_status accept_abandoned(const ls_run_folder *folder, const ls_config *config,
                                  int64_t epochs_before)
{
    int64_t rows;
    LS_TRY(count_rows(folder, &rows));
    LS_REQUIRE(has(folder, "config.ini") && !has(folder, "summary.json") &&
                   rows <= epochs_before + 1,
               LS_BAD_INPUT,
               "%s: holds results of a run but none of its checkpoints, and is not overwritten; "
               "begin in another folder: train.out=...",
               folder->path);
    char path[LS_PATH_CHARS];
    ls_config stored;
    LS_TRY(ls_run_folder_path(folder, "config.ini", path));
    LS_TRY(read_config(path, &stored));
    LS_TRY(accept_config(path, &stored, config));
    ls_info("%s: a run ended here before its first checkpoint; it begins again", folder->path);
    return LS_OK;
}

/* For a run that does not go on from a checkpoint of this folder. */
static ls_status require_free(const ls_run_folder *folder, const ls_config *config,
                              int64_t epochs_before)
{
    static const char *const marks[] = {"config.ini", "metrics.csv", "timings.csv", "status.json",
                                        "summary.json"};
    bool used = false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        used = used || has(folder, marks[i]);
    }
    int checkpoints = 0;
    LS_TRY(count_checkpoints(folder, &checkpoints));
    if (!used && checkpoints == 0) {
        return LS_OK;
    }
    LS_REQUIRE(checkpoints == 0 && strcmp(config->train_resume, "never") != 0, LS_BAD_INPUT,
               "%s: holds a run already, and train.resume = %s would begin another over it: go on "
               "with train.resume=auto, or begin in another folder: train.out=...",
               folder->path, config->train_resume);
    return accept_abandoned(folder, config, epochs_before);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void say(const ls_run_folder *folder, const ls_checkpoint_head *head)
{
    ls_info("going on from %s: step %" PRId64 ", epoch %" PRId64 " and %" PRId64
            " batches, written %s on %s by %d rank%s",
            folder->chosen, head->progress.step, head->progress.epoch, head->progress.batch,
            head->time, head->host, head->ranks, head->ranks == 1 ? "" : "s");
}

static ls_status choose(ls_run_folder *folder, const ls_config *config, uint64_t data_digest,
                        ls_checkpoint_head *head)
{
    if (strcmp(config->train_resume, "auto") == 0) {
        LS_TRY(choose_newest(folder, head));
    } else if (strcmp(config->train_resume, "never") != 0) {
        LS_TRY(choose_given(folder, config->train_resume, head));
    }
    if (folder->chosen[0] == '\0') {
        return require_free(folder, config, 0);
    }
    LS_TRY(accept(folder->chosen, head, config, data_digest));
    char name[LS_PATH_CHARS];
    if (!ls_run_folder_owns(folder, folder->chosen, name)) {
        LS_TRY(require_free(folder, config, head->progress.epoch));
    }
    say(folder, head);
    return LS_OK;
}

ls_status ls_run_folder_choose(ls_run_folder *folder, const ls_config *config, uint64_t data_digest,
                               char path[LS_PATH_CHARS], ls_checkpoint_head *head)
{
    bool leads = ls_run_folder_leads(folder);
    folder->chosen[0] = '\0';
    LS_TRY(ls_comm_agree(folder->comm, leads ? choose(folder, config, data_digest, head) : LS_OK));
    LS_TRY(ls_comm_broadcast(folder->comm, folder->chosen, sizeof folder->chosen, 0));
    LS_TRY(ls_comm_broadcast(folder->comm, head, sizeof *head, 0));
    memcpy(path, folder->chosen, sizeof folder->chosen);
    if (path[0] == '\0') {
        memset(head, 0, sizeof *head);
    } else {
        memcpy(folder->chosen_kernels, head->kernels, sizeof folder->chosen_kernels);
    }
    return LS_OK;
}
