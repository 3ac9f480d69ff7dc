/* Lock files that know whether their holder still lives.
 *
 * The file holds host, process, start of the process and time, a line each. On this host a holder
 * lives while a process of that number AND that start exists (numbers are used again after a
 * while); of another host we only see whether it renews the file's time: that is watched for a
 * while, by the file's own clock, since the clocks of two hosts may differ.
 *
 * Taking over a stale lock is where two may collide: both find it stale, the first replaces it, the
 * second then removes the first one's lock. So the stale file is locked by flock, compared with
 * what stands under the name, and only then moved aside; where flock is missing (some parallel file
 * systems) the moved file is compared with what was judged, and put back when it is another one.
 */
#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/ticker.h"
#include "lockstep/io/files.h"

#include "io_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOST_CHARS        256
#define CONTENT_CHARS     512
#define ATTEMPTS          100 /* of 10 ms: another's take-over lasts far less than this second */
#define PUT_BACK_ATTEMPTS 10
#define PAUSE_SECONDS     0.01
#define BEATS             10 /* a lock is renewed so often within the patience of others */
#define LOOKS             20 /* and looked at so often by one that waits */
#define SURELY            10 /* so many times the patience old: nobody needs to wait */

struct ls_lock {
    int fd; /* of the file we made, so that its renewal can't reach another's */
    ls_ticker beat;
    char path[LS_PATH_CHARS];
};

/* Who holds a lock. A file without all lines (its maker died early) names nobody: pid 0. */
typedef struct holder {
    char host[HOST_CHARS];
    intmax_t pid;
    uintmax_t start; /* clock ticks after boot */
    char time[LS_CLOCK_TEXT_CHARS];
} holder;

/* When the process began, in ticks after boot; false when it has ended. The fields are counted from
 * the last ')': the program's name before it may hold anything. */
static bool process_start(intmax_t pid, uintmax_t *start)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%jd/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    char state;
    int found = name_end == NULL ? 0
                                 : sscanf(name_end + 1,
                                          " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                                          "%*s %*s %*s %*s %*s %ju",
                                          &state, start);
    return found == 2 && state != 'Z' && state != 'X';
}

static void own_holder(holder *own)
{
    *own = (holder){.pid = getpid()};
    if (gethostname(own->host, sizeof own->host - 1) != 0) {
        snprintf(own->host, sizeof own->host, "unknown-host");
    }
    if (!process_start(own->pid, &own->start)) {
        own->start = 0;
    }
    ls_clock_text(own->time);
}

static int content_of(const holder *h, char content[CONTENT_CHARS])
{
    return snprintf(content, CONTENT_CHARS, "host %s\npid %jd\nstart %ju\ntime %s\n", h->host,
                    h->pid, h->start, h->time);
}

static void read_content(int fd, char content[CONTENT_CHARS])
{
    ssize_t length = pread(fd, content, CONTENT_CHARS - 1, 0);
    content[length > 0 ? length : 0] = '\0';
}

static holder parse(const char *content)
{
    holder h = {0};
    if (sscanf(content, "host %255s pid %jd start %ju time %23s", h.host, &h.pid, &h.start,
               h.time) != 4) {
        h = (holder){.host = "an unknown host", .time = "an unknown time"};
    }
    return h;
}

static double age_seconds(int fd)
{
    struct stat entry;
    if (fstat(fd, &entry) != 0) {
        return 0;
    }
    return difftime(time(NULL), entry.st_mtime);
}

static void wait_seconds(double seconds)
{
    time_t whole = (time_t)seconds;
    nanosleep(&(struct timespec){whole, (long)((seconds - (double)whole) * 1e9)}, NULL);
}

/* When the file under the name was renewed. It is opened anew, since a network file system shows
 * what others did only then; one that is gone counts as renewed. */
static bool renewed_since(const char *path, const struct timespec *before)
{
    struct stat entry;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool found = fd >= 0 && fstat(fd, &entry) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return !found || entry.st_mtim.tv_sec != before->tv_sec ||
           entry.st_mtim.tv_nsec != before->tv_nsec;
}

/* Whether a holder that we can't see renews its lock within the patience. */
static bool is_renewed(const char *path, int fd, double patience_seconds)
{
    struct stat entry;
    if (fstat(fd, &entry) != 0) {
        return true;
    }
    for (int i = 0; i < LOOKS; i++) {
        wait_seconds(patience_seconds / LOOKS);
        if (renewed_since(path, &entry.st_mtim)) {
            return true;
        }
    }
    return false;
}

static bool stands_here(const holder *h, const holder *own)
{
    return h->pid > 0 && strcmp(h->host, own->host) == 0;
}

static bool lives_here(const holder *h)
{
    uintmax_t start;
    return process_start(h->pid, &start) && start == h->start;
}

static bool is_stale(const holder *h, const holder *own, const char *path, int fd,
                     double patience_seconds)
{
    if (stands_here(h, own)) {
        return !lives_here(h);
    }
    if (age_seconds(fd) > SURELY * patience_seconds) {
        return true;
    }
    ls_info("%s: held by process %jd on %s since %s; watching for up to %.0f s whether it lives",
            path, h->pid, h->host, h->time, patience_seconds);
    return !is_renewed(path, fd, patience_seconds);
}

static bool seems_held(const holder *h, int fd, double patience_seconds)
{
    holder own;
    own_holder(&own);
    return stands_here(h, &own) ? lives_here(h) : age_seconds(fd) <= patience_seconds;
}

bool ls_lock_look(const char *path, double patience_seconds, char holder_text[LS_LOCK_HOLDER_CHARS])
{
    char content[CONTENT_CHARS];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    read_content(fd, content);
    holder h = parse(content);
    bool held = seems_held(&h, fd, patience_seconds);
    close(fd);
    snprintf(holder_text, LS_LOCK_HOLDER_CHARS, "process %jd on %s since %s", h.pid, h.host,
             h.time);
    return held;
}

/* Whether the name still stands for the opened file. */
static bool stands_under(int fd, const char *path)
{
    struct stat opened;
    struct stat named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/* Moves the judged file aside and away; another file found there is put back. */
static ls_status move_away(const char *path, const char *judged, const holder *own)
{
    char aside[LS_PATH_CHARS];
    char content[CONTENT_CHARS];
    int length = snprintf(aside, sizeof aside, "%s.stale-%s-%jd", path, own->host, own->pid);
    LS_REQUIRE(length >= 0 && length < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s...: the path is longer than %d characters", path, LS_PATH_CHARS - 1);
    if (rename(path, aside) != 0) {
        LS_REQUIRE(errno == ENOENT, ls_io_status(errno), "%s: can't take over the stale lock: %s",
                   path, strerror(errno));
        return LS_OK;
    }
    int fd = open(aside, O_RDONLY | O_CLOEXEC);
    LS_REQUIRE(fd >= 0, ls_io_status(errno), "%s: can't open: %s", aside, strerror(errno));
    read_content(fd, content);
    close(fd);
    bool same = strcmp(content, judged) == 0;
    bool settled = (same || link(aside, path) == 0 || errno == EEXIST) && unlink(aside) == 0;
    LS_REQUIRE(settled, ls_io_status(errno), "%s: can't take over the stale lock: %s", path,
               strerror(errno));
    return LS_OK;
}

static ls_status judge(int fd, const char *path, const holder *own, double patience_seconds)
{
    char content[CONTENT_CHARS];
    read_content(fd, content);
    holder h = parse(content);
    LS_REQUIRE(is_stale(&h, own, path, fd, patience_seconds), LS_BAD_INPUT,
               "%s: held by process %jd on %s since %s; wait for that job to end or choose another "
               "folder (if you are sure that it has ended, remove the file)",
               path, h.pid, h.host, h.time);
    return move_away(path, content, own);
}

/* One look at a lock that exists: LS_OK means that it is worth trying to create it again. */
static ls_status take_over(const char *path, const holder *own, double patience_seconds)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    LS_REQUIRE(fd >= 0 || errno == ENOENT, ls_io_status(errno), "%s: can't open: %s", path,
               strerror(errno));
    if (fd < 0) {
        return LS_OK;
    }
    ls_status status = LS_OK;
    bool busy = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!busy && stands_under(fd, path)) {
        status = judge(fd, path, own, patience_seconds);
    }
    close(fd); /* gives the flock back */
    return status;
}

/* Whether the file we made is the lock. One that judged an older lock before us may have moved ours
 * aside; it finds out and puts ours back. */
static bool became_ours(int fd, const char *path)
{
    for (int i = 0; i < PUT_BACK_ATTEMPTS; i++) {
        if (stands_under(fd, path)) {
            return true;
        }
        wait_seconds(PAUSE_SECONDS);
    }
    return false;
}

static ls_status write_holder(int fd, const char *path, const holder *own)
{
    char content[CONTENT_CHARS];
    int length = content_of(own, content);
    LS_TRY(ls_io_write_all(fd, content, (size_t)length, path));
    return ls_io_flush(fd, path);
}

/* A file system without links: the name comes first, and its maker's death before the next line
 * leaves a lock that names nobody. */
static bool has_no_links(int error)
{
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP;
}

/* Gives the written file `path` as its name unless that stands already: a lock appears whole, with
 * its holder, or not at all. False with errno when it stands, or when another that opened the
 * folder took our file for a leftover. */
static bool publish(int *fd, const char *partial, const char *path, const holder *own)
{
    if (link(partial, path) == 0) {
        return true;
    }
    if (has_no_links(errno)) {
        close(*fd);
        *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        return *fd >= 0 && write_holder(*fd, path, own) == LS_OK;
    }
    return false;
}

/* *fd is -1 when another was faster. */
static ls_status create_exclusive(const char *path, const holder *own, int *fd)
{
    char name[LS_PATH_CHARS];
    char partial[LS_PATH_CHARS];
    int length = snprintf(name, sizeof name, "%s-%s-%jd", path, own->host, own->pid);
    LS_REQUIRE(length >= 0 && length < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s...: the path is longer than %d characters", path, LS_PATH_CHARS - 1);
    LS_TRY(ls_file_partial_name(partial, name));
    *fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    LS_REQUIRE(*fd >= 0, ls_io_status(errno), "%s: can't create the lock: %s", path,
               strerror(errno));
    ls_status status = write_holder(*fd, path, own);
    bool named = status == LS_OK && publish(fd, partial, path, own);
    int error = errno;
    unlink(partial);
    if (named && became_ours(*fd, path)) {
        return LS_OK;
    }
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    LS_TRY(status);
    LS_REQUIRE(named || error == EEXIST || error == ENOENT, ls_io_status(error),
               "%s: can't create the lock: %s", path, strerror(error));
    return LS_OK;
}

static ls_status take(int *fd, const char *path, double patience_seconds)
{
    holder own;
    own_holder(&own);
    for (int i = 0; i < ATTEMPTS; i++) {
        LS_TRY(create_exclusive(path, &own, fd));
        if (*fd >= 0) {
            return LS_OK;
        }
        LS_TRY(take_over(path, &own, patience_seconds));
        if (i > 0) { /* a stale lock that was moved away needs no wait */
            wait_seconds(PAUSE_SECONDS);
        }
    }
    LS_FAIL(LS_BAD_INPUT, "%s: other processes keep taking this lock; wait for them to end", path);
}

/* A time that can't be renewed is no error of the run: the holder only looks older to other hosts.
 */
static void renew(void *context)
{
    const ls_lock *lock = context;
    (void)futimens(lock->fd, NULL);
}

ls_status ls_lock_take(ls_lock **out, const char *path, double patience_seconds)
{
    *out = NULL;
    LS_REQUIRE(strlen(path) < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s...: the path is longer than %d characters", path, LS_PATH_CHARS - 1);
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_lock), "a lock"));
    ls_lock *lock = memory;
    memcpy(lock->path, path, strlen(path) + 1);
    ls_status status = take(&lock->fd, path, patience_seconds);
    if (status == LS_OK) {
        status = ls_ticker_start(&lock->beat, patience_seconds / BEATS, renew, lock);
        if (status != LS_OK) {
            unlink(path);
            close(lock->fd);
        }
    }
    if (status != LS_OK) {
        ls_free(lock);
        return status;
    }
    *out = lock;
    return LS_OK;
}

bool ls_lock_held(const ls_lock *lock)
{
    return stands_under(lock->fd, lock->path);
}

void ls_lock_release(ls_lock *lock)
{
    if (lock == NULL) {
        return;
    }
    ls_ticker_stop(&lock->beat);
    if (ls_lock_held(lock)) {
        unlink(lock->path);
    }
    close(lock->fd);
    ls_free(lock);
}
