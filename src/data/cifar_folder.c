/* A folder with the CIFAR binary files. */
#include "cifar.h"

#include "lockstep/io/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static ls_status scan(const char *path, ls_cifar *files)
{
    ls_names names = {0};
    LS_TRY(ls_folder_list(path, &names));
    ls_status status = LS_OK;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        char file[LS_PATH_CHARS];
        int64_t bytes = 0;
        if (!ls_cifar_names(names.name[i])) {
            continue;
        }
        LS_TRY_GOTO(status, ls_path_join(file, path, names.name[i]), done);
        LS_TRY_GOTO(status, ls_file_size(file, &bytes), done);
        LS_TRY_GOTO(status, ls_cifar_note(files, path, names.name[i], bytes), done);
    }
done:
    ls_names_free(&names);
    return status;
}

static void end(ls_source *source)
{
    ls_cifar_reader *reader = source->state;
    if (reader->handle != NULL) {
        fclose(reader->handle);
        reader->handle = NULL;
    }
}

static ls_status begin(ls_source *source)
{
    end(source);
    return LS_OK;
}

/* Files in the source's order; those that nobody wants are not opened. */
static ls_status next_file(ls_source *source, int *file)
{
    ls_cifar_reader *reader = source->state;
    end(source);
    int next = *file == LS_CIFAR_NONE ? 0 : *file + 1;
    while (next < LS_CIFAR_FILES &&
           (reader->files.records[next] == 0 || !ls_cifar_wanted(reader, next))) {
        next++;
    }
    *file = LS_CIFAR_NONE;
    if (next == LS_CIFAR_FILES) {
        return LS_OK;
    }
    char path[LS_PATH_CHARS];
    LS_TRY(ls_path_join(path, source->path, ls_cifar_file_name(&reader->files, next)));
    reader->handle = fopen(path, "rb");
    LS_REQUIRE(reader->handle != NULL, LS_BAD_INPUT, "%s: %s", path, strerror(errno));
    *file = next;
    return LS_OK;
}

static ls_status read_bytes(ls_source *source, void *data, int64_t bytes)
{
    ls_cifar_reader *reader = source->state;
    size_t got = fread(data, 1, (size_t)bytes, reader->handle);
    LS_REQUIRE(got == (size_t)bytes, LS_BAD_INPUT,
               "%s: %s: can't be read from record %lld on: it ended or failed after it was opened",
               source->path, ls_cifar_file_name(&reader->files, reader->file),
               (long long)reader->done);
    return LS_OK;
}

static const ls_cifar_feed feed = {begin, next_file, read_bytes, end};

static ls_status open_folder(ls_source *source, const ls_config *config)
{
    (void)config;
    LS_TRY(ls_cifar_open(source, &feed, "folder", scan));
    return LS_OK;
}

const ls_source_ops ls_source_cifar_folder = {
    .open = open_folder,
    .close = ls_cifar_close,
    .rewind = ls_cifar_rewind,
    .next = ls_cifar_next,
};
