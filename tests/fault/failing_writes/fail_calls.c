/* Preloaded into a process, makes system calls on files of one folder fail as a failing disk would.
 *
 *   FAIL_BELOW   part of a path: only calls on files whose path holds it are looked at
 *   FAIL_FROM    part of a path: counting begins with the first call on such a file
 *   FAIL_UNTIL   part of a path: counting ends for good with the first call on such a file
 *   FAIL_KIND    write, reserve, flush, rename, open or link
 *   FAIL_NUMBER  which call of that kind fails, from 1 on; "+" behind it: and all that follow
 *   FAIL_ERROR   EIO, ENOSPC, EROFS or EDQUOT
 *   FAIL_RANK    the only rank that it happens to; absent: any
 *   FAIL_REPORT  a file that gets a line for each failed call: rank, kind, path
 *
 * Calls are counted for each process on its own. A short write is not made: libc's own loops would
 * only call again. */
#define _GNU_SOURCE 1 /* RTLD_NEXT and the calls' own types */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int counted;
static atomic_bool begun;
static atomic_bool ended;

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

static int wanted_error(void)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"EDQUOT", EDQUOT}};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (strcmp(errors[i].name, setting("FAIL_ERROR")) == 0) {
            return errors[i].number;
        }
    }
    return EIO;
}

static const char *own_rank(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    return rank != NULL ? rank : "0";
}

/* By the system's own calls: this file's must not count what it does itself. */
static void report(const char *kind, const char *path)
{
    static int (*real_open)(const char *, int, ...);
    static ssize_t (*real_write)(int, const void *, size_t);
    char line[PATH_MAX + 64];
    *(void **)&real_open = dlsym(RTLD_NEXT, "open");
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    int fd = real_open(setting("FAIL_REPORT"), O_WRONLY | O_CREAT | O_APPEND, 0644);
    int length = snprintf(line, sizeof line, "%s %s %s\n", own_rank(), kind, path);
    if (fd >= 0) {
        ssize_t done = real_write(fd, line, (size_t)length);
        (void)done;
        close(fd);
    }
}

/* Whether counting goes on at this path: within the window that FAIL_FROM and FAIL_UNTIL open. */
static bool is_counted(const char *path)
{
    const char *until = setting("FAIL_UNTIL");
    const char *rank = getenv("FAIL_RANK");
    if (setting("FAIL_BELOW")[0] == '\0' || strstr(path, setting("FAIL_BELOW")) == NULL ||
        (rank != NULL && strcmp(rank, own_rank()) != 0)) {
        return false;
    }
    if (strstr(path, setting("FAIL_FROM")) != NULL) {
        begun = true;
    }
    if (begun && until[0] != '\0' && strstr(path, until) != NULL) {
        ended = true;
    }
    return begun && !ended;
}

/* Whether this call is the one, or one of those, that must fail; errno is set then. */
static bool fails(const char *kind, const char *path)
{
    if (!is_counted(path) || strcmp(setting("FAIL_KIND"), kind) != 0) {
        return false;
    }
    const char *number = setting("FAIL_NUMBER");
    char *rest;
    long first = strtol(number, &rest, 10);
    long now = atomic_fetch_add(&counted, 1) + 1;
    if (now != first && !(now > first && *rest == '+')) {
        return false;
    }
    report(kind, path);
    errno = wanted_error();
    return true;
}

static bool fails_at(const char *kind, int fd)
{
    char link[64];
    char path[PATH_MAX];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    return fails(kind, path);
}

/* REPLACE(kind, type, name, (parameters), fd, (arguments)): a call on an open file. */
#define REPLACE(kind, type, name, parameters, fd, arguments)                                       \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (real == NULL) {                                                                        \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        }                                                                                          \
        return fails_at(kind, fd) ? -1 : real arguments;                                           \
    }

REPLACE("write", ssize_t, write, (int fd, const void *data, size_t n), fd, (fd, data, n))
REPLACE("write", ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), fd,
        (fd, data, n, at))
REPLACE("write", ssize_t, pwrite64, (int fd, const void *data, size_t n, off64_t at), fd,
        (fd, data, n, at))
REPLACE("write", ssize_t, writev, (int fd, const struct iovec *v, int n), fd, (fd, v, n))
REPLACE("write", ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t at), fd,
        (fd, v, n, at))
REPLACE("write", ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off64_t at), fd,
        (fd, v, n, at))
REPLACE("reserve", int, fallocate, (int fd, int mode, off_t at, off_t n), fd, (fd, mode, at, n))
REPLACE("reserve", int, fallocate64, (int fd, int mode, off64_t at, off64_t n), fd,
        (fd, mode, at, n))
REPLACE("reserve", int, ftruncate, (int fd, off_t n), fd, (fd, n))
REPLACE("reserve", int, ftruncate64, (int fd, off64_t n), fd, (fd, n))
REPLACE("flush", int, fsync, (int fd), fd, (fd))
REPLACE("flush", int, fdatasync, (int fd), fd, (fd))

/* These return the error instead of setting errno. */
int posix_fallocate(int fd, off_t at, off_t n)
{
    static int (*real)(int, off_t, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "posix_fallocate");
    return fails_at("reserve", fd) ? errno : real(fd, at, n);
}

int posix_fallocate64(int fd, off64_t at, off64_t n)
{
    static int (*real)(int, off64_t, off64_t);
    *(void **)&real = dlsym(RTLD_NEXT, "posix_fallocate64");
    return fails_at("reserve", fd) ? errno : real(fd, at, n);
}

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return fails("rename", to) ? -1 : real(from, to);
}

int symlink(const char *target, const char *path)
{
    static int (*real)(const char *, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, "symlink");
    return fails("link", path) ? -1 : real(target, path);
}

/* Opening fails only where it would make a file or write into one. */
static int open_by(const char *name, const char *path, int flags, mode_t mode)
{
    int (*real)(const char *, int, ...);
    *(void **)&real = dlsym(RTLD_NEXT, name);
    bool writes = (flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0;
    return writes && fails("open", path) ? -1 : real(path, flags, mode);
}

#define REPLACE_OPEN(name)                                                                         \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;                           \
        va_end(rest);                                                                              \
        return open_by(#name, path, flags, mode);                                                  \
    }

REPLACE_OPEN(open)
REPLACE_OPEN(open64)
