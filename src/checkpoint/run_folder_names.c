/* Checkpoint files by name: which there are, in which order, and the links to them.
 *
 *   step-NNNNNNNN.h5  the training state after that step, the newest train.keep of them
 *   best-NNNNNNNN.h5  the same of the step that gave the lowest validation error; an older one
 *                     stays as long as a kept step-*.h5 could go back to it
 *   last.h5, best.h5  links to the newest of each
 */
#include "run_folder_private.h"

#include "lockstep/base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A last.h5 or best.h5 that leads to a file is passed over: that file is listed itself. */
static bool parse_link(const char *path, const char *name, ls_checkpoint_file *file)
{
    bool best = strcmp(name, "best.h5") == 0;
    struct stat entry;
    if ((!best && strcmp(name, "last.h5") != 0) || lstat(path, &entry) != 0) {
        return false;
    }
    if (S_ISLNK(entry.st_mode) && ls_file_exists(path)) {
        return false;
    }
    file->step = S_ISLNK(entry.st_mode) ? INT64_MAX : -1;
    file->best = best;
    return true;
}

static bool parse_number(const char *name, ls_checkpoint_file *file)
{
    file->best = strncmp(name, "best-", 5) == 0;
    if (!file->best && strncmp(name, "step-", 5) != 0) {
        return false;
    }
    char *end;
    errno = 0;
    file->step = strtoll(name + 5, &end, 10);
    return errno == 0 && name[5] >= '0' && name[5] <= '9' && strcmp(end, ".h5") == 0;
}

/* Newest first; of one step, the step's file before the best's. */
static int compare_files(const void *a, const void *b)
{
    const ls_checkpoint_file *x = a;
    const ls_checkpoint_file *y = b;
    if (x->step != y->step) {
        return x->step > y->step ? -1 : 1;
    }
    return (int)x->best - (int)y->best;
}

ls_status ls_checkpoint_files_find(const char *checkpoints, ls_checkpoint_files *files)
{
    *files = (ls_checkpoint_files){0};
    ls_names names = {0};
    LS_TRY(ls_folder_list(checkpoints, &names));
    void *memory = NULL;
    ls_status status = ls_alloc(&memory, (size_t)(names.count + 1) * sizeof *files->file,
                                "the list of checkpoints");
    files->file = memory;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        ls_checkpoint_file file = {0};
        char path[LS_PATH_CHARS];
        status = ls_path_join(path, checkpoints, names.name[i]);
        if (status != LS_OK || strlen(names.name[i]) >= sizeof file.name ||
            (!parse_number(names.name[i], &file) && !parse_link(path, names.name[i], &file))) {
            continue;
        }
        snprintf(file.name, sizeof file.name, "%s", names.name[i]);
        files->file[files->count++] = file;
    }
    ls_names_free(&names);
    if (status != LS_OK) {
        ls_free(files->file);
        *files = (ls_checkpoint_files){0};
        return ls_error_pass(status, __FILE__, __LINE__);
    }
    qsort(files->file, (size_t)files->count, sizeof *files->file, compare_files);
    return LS_OK;
}

ls_status ls_checkpoint_file_path(const ls_run_folder *folder, bool best, int64_t step,
                                  char path[LS_PATH_CHARS])
{
    char name[64];
    snprintf(name, sizeof name, "%s-%08" PRId64 ".h5", best ? "best" : "step", step);
    return ls_path_join(path, folder->checkpoints, name);
}

ls_status ls_checkpoint_file_link(const ls_run_folder *folder, const char *link, const char *target)
{
    char path[LS_PATH_CHARS];
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_path_join(path, folder->checkpoints, link));
    LS_TRY(ls_file_partial_name(partial, path));
    LS_TRY(ls_file_remove(partial));
    if (symlink(target, partial) == 0) {
        ls_status status = ls_file_rename(partial, path);
        if (status != LS_OK) {
            unlink(partial); /* not ls_file_remove: the message of the failure stays */
        }
        return status;
    }
    char source[LS_PATH_CHARS];
    LS_TRY(ls_path_join(source, folder->checkpoints, target));
    return ls_file_copy(source, path);
}

ls_status ls_checkpoint_file_probe(const char *path, ls_checkpoint_head *head)
{
    LS_TRY(ls_checkpoint_check(path));
    return ls_checkpoint_read_head(path, head);
}

bool ls_run_folder_owns(const ls_run_folder *folder, const char *path, char name[LS_PATH_CHARS])
{
    char file[PATH_MAX];
    char own[PATH_MAX];
    if (realpath(path, file) == NULL || realpath(folder->checkpoints, own) == NULL) {
        return false;
    }
    size_t length = strlen(own);
    if (strncmp(file, own, length) != 0 || file[length] != '/' ||
        strchr(file + length + 1, '/') != NULL) {
        return false;
    }
    snprintf(name, LS_PATH_CHARS, "%s", file + length + 1);
    return true;
}
