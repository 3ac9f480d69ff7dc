/* The CIFAR binary files in a .tar.gz, without unpacking it to disk.
 *
 * Files stand in any order in an archive (the official one begins with batches 1, 3, 4), but the
 * source's order is by number and every rank must know its rows before the first record comes. So
 * the archive is streamed twice: at opening, by rank 0, for names and sizes alone, and then once
 * for both splits together. The first pass costs about a second for CIFAR-10 (inflating is all it
 * does), holds no image in memory, works for any number of records, and finds damage anywhere in
 * the archive before work begins.
 */
#include "cifar.h"

#include "lockstep/io/archive.h"

#include <string.h>

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

static ls_status note_members(ls_archive *archive, const char *path, ls_cifar *files)
{
    for (;;) {
        const char *name = NULL;
        int64_t bytes = 0;
        LS_TRY(ls_archive_next(archive, &name, &bytes));
        if (name == NULL) {
            return LS_OK;
        }
        LS_TRY(ls_cifar_note(files, path, base_name(name), bytes));
    }
}

static ls_status scan(const char *path, ls_cifar *files)
{
    ls_archive *archive = NULL;
    LS_TRY(ls_archive_open(&archive, path));
    ls_status status = note_members(archive, path, files);
    ls_archive_close(archive);
    LS_TRY(status);
    return LS_OK;
}

static void end(ls_source *source)
{
    ls_cifar_reader *reader = source->state;
    if (reader->handle != NULL) {
        ls_archive_close(reader->handle);
        reader->handle = NULL;
    }
}

static ls_status begin(ls_source *source)
{
    ls_cifar_reader *reader = source->state;
    ls_archive *archive = NULL;
    LS_TRY(ls_archive_open(&archive, source->path));
    reader->handle = archive;
    return LS_OK;
}

static ls_status next_file(ls_source *source, int *file)
{
    ls_cifar_reader *reader = source->state;
    for (;;) {
        const char *name = NULL;
        int64_t bytes = 0;
        LS_TRY(ls_archive_next(reader->handle, &name, &bytes));
        *file = name != NULL ? ls_cifar_find(&reader->files, base_name(name)) : LS_CIFAR_NONE;
        if (name == NULL) {
            return LS_OK;
        }
        if (*file != LS_CIFAR_NONE && ls_cifar_wanted(reader, *file)) {
            LS_REQUIRE(bytes == reader->files.bytes[reader->files.set][*file], LS_BAD_INPUT,
                       "%s: %s changed its size while the archive was read", source->path, name);
            return LS_OK;
        }
    }
}

static ls_status read_bytes(ls_source *source, void *data, int64_t bytes)
{
    ls_cifar_reader *reader = source->state;
    LS_TRY(ls_archive_read(reader->handle, data, bytes));
    return LS_OK;
}

static const ls_cifar_feed feed = {begin, next_file, read_bytes, end};

static ls_status open_archive(ls_source *source, const ls_config *config)
{
    (void)config;
    LS_TRY(ls_cifar_open(source, &feed, "archive", scan));
    return LS_OK;
}

const ls_source_ops ls_source_cifar_archive = {
    .open = open_archive,
    .close = ls_cifar_close,
    .rewind = ls_cifar_rewind,
    .next = ls_cifar_next,
};
