/* Whole files: read, replaced, renamed, removed, and room reserved before it is needed.
 *
 * A file that others may read is never changed in place. The new content is written beside it and
 * flushed, then renamed over it, then the folder is flushed: after a crash at any moment the name
 * stands for the old content or the new one.
 */
#include "lockstep/io/files.h"

#include "io_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL   ".partial" /* the ending of what is not whole yet */
#define LOCK_TEST ".locktest."

ls_status ls_io_status(int error)
{
    switch (error) {
    case ENOMEM:
        return LS_NO_MEMORY;
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case ESTALE:
    case ETIMEDOUT:
        return LS_LOST;
    default:
        return LS_BAD_INPUT;
    }
}

ls_status ls_io_write_all(int fd, const void *data, size_t bytes, const char *path)
{
    const char *next = data;
    while (bytes > 0) {
        ssize_t written = write(fd, next, bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        LS_REQUIRE(written >= 0, ls_io_status(errno), "%s: can't write: %s", path, strerror(errno));
        next += written;
        bytes -= (size_t)written;
    }
    return LS_OK;
}

/* EINVAL: the file system has nothing to flush (pipes, some FUSE systems). */
ls_status ls_io_flush(int fd, const char *path)
{
    LS_REQUIRE(fsync(fd) == 0 || errno == EINVAL, ls_io_status(errno),
               "%s: can't flush to the disk: %s", path, strerror(errno));
    return LS_OK;
}

/* Characters of the folder part of `path`, its last '/' included; 0 when there is none. */
static int folder_chars(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (int)(slash + 1 - path);
}

ls_status ls_file_partial_name(char partial[LS_PATH_CHARS], const char *path)
{
    int folder = folder_chars(path);
    int length = snprintf(partial, LS_PATH_CHARS, "%.*s.%s" PARTIAL, folder, path, path + folder);
    LS_REQUIRE(length >= 0 && length < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s...: the path is longer than %d characters", path, LS_PATH_CHARS - 1);
    return LS_OK;
}

/* ".locktest.3": by which Open MPI tries out, beside a file that it opens, whether locks work. */
static bool is_lock_test(const char *ending)
{
    size_t length = strlen(LOCK_TEST);
    return strncmp(ending, LOCK_TEST, length) == 0 && ending[length] != '\0' &&
           strspn(ending + length, "0123456789") == strlen(ending + length);
}

bool ls_file_is_partial(const char *name)
{
    const char *ending = NULL; /* behind the last PARTIAL */
    for (const char *at = strstr(name, PARTIAL); at != NULL; at = strstr(ending, PARTIAL)) {
        ending = at + strlen(PARTIAL);
    }
    return name[0] == '.' && ending != NULL && ending - name > (int)strlen(PARTIAL) &&
           (*ending == '\0' || is_lock_test(ending));
}

ls_status ls_io_flush_folder_of(const char *path)
{
    char folder[LS_PATH_CHARS];
    int length = folder_chars(path);
    snprintf(folder, sizeof folder, "%.*s", length > 0 ? length : 1, length > 0 ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    LS_REQUIRE(fd >= 0, ls_io_status(errno), "%s: can't open the folder: %s", folder,
               strerror(errno));
    ls_status status = ls_io_flush(fd, folder);
    close(fd);
    return status;
}

bool ls_file_exists(const char *path)
{
    struct stat entry;
    return stat(path, &entry) == 0 && S_ISREG(entry.st_mode);
}

ls_status ls_file_size(const char *path, int64_t *bytes)
{
    struct stat entry;
    LS_REQUIRE(stat(path, &entry) == 0, ls_io_status(errno), "%s: %s", path, strerror(errno));
    LS_REQUIRE(S_ISREG(entry.st_mode), LS_BAD_INPUT, "%s: not a regular file", path);
    *bytes = entry.st_size;
    return LS_OK;
}

static ls_status read_all(int fd, const char *path, ls_text *out)
{
    char piece[16384];
    for (;;) {
        ssize_t count = read(fd, piece, sizeof piece);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        LS_REQUIRE(count >= 0, ls_io_status(errno), "%s: can't read: %s", path, strerror(errno));
        if (count == 0) {
            return ls_text_check(out);
        }
        ls_text_add_bytes(out, piece, (size_t)count);
    }
}

ls_status ls_file_read(const char *path, ls_text *out)
{
    *out = (ls_text){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    LS_REQUIRE(fd >= 0, ls_io_status(errno), "%s: can't open: %s", path, strerror(errno));
    ls_text_add_bytes(out, "", 0); /* an empty file is an empty text, not none */
    ls_status status = read_all(fd, path, out);
    close(fd);
    if (status != LS_OK) {
        ls_text_free(out);
    }
    return status;
}

ls_status ls_file_write(const char *path, const void *data, size_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    LS_REQUIRE(fd >= 0, ls_io_status(errno), "%s: can't create: %s", path, strerror(errno));
    ls_status status = ls_io_write_all(fd, data, bytes, path);
    if (status == LS_OK) {
        status = ls_io_flush(fd, path);
    }
    int closed = close(fd); /* network file systems report a full disk here */
    LS_TRY(status);
    LS_REQUIRE(closed == 0, ls_io_status(errno), "%s: can't write: %s", path, strerror(errno));
    return LS_OK;
}

ls_status ls_file_replace(const char *path, const char *data, size_t bytes)
{
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_file_partial_name(partial, path));
    ls_status status = ls_file_write(partial, data, bytes);
    if (status == LS_OK) {
        status = ls_file_rename(partial, path);
    }
    if (status != LS_OK) {
        unlink(partial);
    }
    return status;
}

ls_status ls_file_rename(const char *from, const char *to)
{
    LS_REQUIRE(rename(from, to) == 0, ls_io_status(errno), "%s: can't be renamed to %s: %s", from,
               to, strerror(errno));
    return ls_io_flush_folder_of(to);
}

ls_status ls_file_remove(const char *path)
{
    LS_REQUIRE(unlink(path) == 0 || errno == ENOENT, ls_io_status(errno), "%s: can't remove: %s",
               path, strerror(errno));
    return LS_OK;
}

/* glibc writes zeros where the file system can't reserve; one that refuses even the question
 * (EOPNOTSUPP, EINVAL) finds out when the data is written. */
static ls_status reserve(int fd, const char *path, int64_t bytes)
{
    int error;
    do {
        error = bytes > 0 ? posix_fallocate(fd, 0, bytes) : 0;
    } while (error == EINTR);
    LS_REQUIRE(error == 0 || error == EOPNOTSUPP || error == EINVAL, ls_io_status(error),
               "%s: no room for %" PRId64 " bytes: %s", path, bytes, strerror(error));
    return LS_OK;
}

ls_status ls_file_reserve(const char *path, int64_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    LS_REQUIRE(fd >= 0, ls_io_status(errno), "%s: can't create: %s", path, strerror(errno));
    ls_status status = reserve(fd, path, bytes);
    close(fd);
    return status;
}
