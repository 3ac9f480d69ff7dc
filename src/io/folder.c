/* Folders: made with all that stand above them, and listed in one order everywhere. */
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include "io_private.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool ls_folder_exists(const char *path)
{
    struct stat entry;
    return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

static ls_status make_one(const char *path)
{
    int error = mkdir(path, 0755) == 0 ? 0 : errno;
    if (error == 0 || ls_folder_exists(path)) {
        return LS_OK;
    }
    LS_REQUIRE(error != EEXIST, LS_BAD_INPUT, "%s: can't make the folder: a file has that name",
               path);
    LS_FAIL(ls_io_status(error), "%s: can't make the folder: %s", path, strerror(error));
}

ls_status ls_folder_make(const char *path)
{
    char part[LS_PATH_CHARS];
    size_t length = strlen(path);
    LS_REQUIRE(length > 0 && length < sizeof part, LS_BAD_INPUT,
               "'%.64s': a folder's path has 1 to %d characters", path, LS_PATH_CHARS - 1);
    memcpy(part, path, length + 1);
    for (size_t i = 1; i < length; i++) {
        if (part[i] == '/') {
            part[i] = '\0';
            LS_TRY(make_one(part));
            part[i] = '/';
        }
    }
    return make_one(part);
}

/* Bytes, not the locale's order: the same on every host. scandir passes pointers to the entries. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_member(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static ls_status copy_names(struct dirent **entries, int count, ls_names *out)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)count * sizeof(char *) + 1, "the names in a folder"));
    out->name = memory;
    for (; out->count < count; out->count++) {
        const char *name = entries[out->count]->d_name;
        size_t bytes = strlen(name) + 1;
        LS_TRY(ls_alloc(&memory, bytes, "a name in a folder"));
        memcpy(memory, name, bytes);
        out->name[out->count] = memory;
    }
    return LS_OK;
}

ls_status ls_folder_list(const char *path, ls_names *out)
{
    *out = (ls_names){0};
    struct dirent **entries;
    int count = scandir(path, &entries, is_member, by_bytes);
    LS_REQUIRE(count >= 0, ls_io_status(errno), "%s: can't list the folder: %s", path,
               strerror(errno));
    ls_status status = copy_names(entries, count, out);
    for (int i = 0; i < count; i++) {
        free(entries[i]); /* from libc's scandir */
    }
    free(entries); /* from libc's scandir */
    if (status != LS_OK) {
        ls_names_free(out);
    }
    return status;
}

void ls_names_free(ls_names *names)
{
    for (int i = 0; i < names->count; i++) {
        ls_free(names->name[i]);
    }
    ls_free(names->name);
    *names = (ls_names){0};
}
