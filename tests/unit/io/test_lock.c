/* Proves: a lock whose holder lives is refused and names the holder; one whose process ended or
 * whose number belongs to a younger process is taken over; one of another host unless it is
 * renewed; and of many processes that race for a stale lock exactly one gets it. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_SECONDS 0.4
#define RACERS           8
#define ROUNDS           100

static void write_lock(const char *path, const char *host, int pid, unsigned long long start)
{
    char content[512];
    int length =
        snprintf(content, sizeof content,
                 "host %s\npid %d\nstart %llu\ntime 2026-01-31T12:00:00Z\n", host, pid, start);
    scratch_write(path, content, (size_t)length);
}

static void age(const char *path, int seconds)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static const char *own_host(void)
{
    static char host[256];
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    return host;
}

/* Shared with the children: they take the lock once it is set. */
static atomic_bool *started;

/* A child that takes the lock, or fails to, tells its outcome by a byte, and stays until killed. */
typedef struct child {
    pid_t pid;
    int tell;
} child;

static child start_holder(const char *path)
{
    int tell[2];
    assert_int_equal(pipe(tell), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        ls_lock *lock = NULL;
        while (!atomic_load(started)) {
            sched_yield();
        }
        char outcome = ls_lock_take(&lock, path, PATIENCE_SECONDS) == LS_OK ? 'y' : 'n';
        if (write(tell[1], &outcome, 1) == 1) {
            alarm(60); /* outlives no parent that failed */
            pause();
        }
        _exit(1);
    }
    close(tell[1]);
    return (child){pid, tell[0]};
}

static bool holds(const child *c)
{
    char outcome = '?';
    assert_int_equal(read(c->tell, &outcome, 1), 1);
    return outcome == 'y';
}

static void end(const child *c)
{
    int status;
    close(c->tell);
    assert_int_equal(kill(c->pid, SIGKILL), 0);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
}

static void taken_and_released(void **state)
{
    (void)state;
    const char *path = scratch_path("own");
    int64_t live = ls_alloc_live();
    ls_lock *lock;
    ls_lock *second;
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    assert_int_equal(ls_lock_take(&second, path, PATIENCE_SECONDS), LS_BAD_INPUT);
    assert_null(second);
    char expected[LS_PATH_CHARS];
    snprintf(expected, sizeof expected, "%s: held by process %d on %s since 20", path, getpid(),
             own_host());
    scratch_expect_message(expected);
    ls_lock_release(lock);
    assert_false(ls_file_exists(path));
    ls_lock_release(NULL);
    assert_int_equal(ls_alloc_live(), live);
}

static void alive_until_killed(void **state)
{
    (void)state;
    const char *path = scratch_path("killed");
    ls_lock *lock;
    child holder = start_holder(path);
    assert_true(holds(&holder));
    age(path, 100000); /* on this host the process counts, not the time */
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_BAD_INPUT);
    char expected[64];
    snprintf(expected, sizeof expected, "held by process %d on ", holder.pid);
    scratch_expect_message(expected);
    end(&holder);
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    ls_lock_release(lock);
}

/* Our own number with another start: the number was used again. */
static void number_used_again(void **state)
{
    (void)state;
    const char *path = scratch_path("again");
    ls_lock *lock;
    write_lock(path, own_host(), getpid(), 1);
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    ls_lock_release(lock);
    assert_false(ls_file_exists(path));
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Another host's lock is watched: taken when nobody renews it, at once when it is very old. */
static void other_hosts_are_watched(void **state)
{
    (void)state;
    const char *path = scratch_path("elsewhere");
    ls_lock *lock;
    write_lock(path, "another-host", 1, 1);
    double began = now();
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    assert_true(now() - began >= PATIENCE_SECONDS);
    ls_lock_release(lock);
    write_lock(path, "another-host", 1, 1);
    age(path, 100000);
    assert_int_equal(ls_lock_take(&lock, path, 1000), LS_OK); /* or this test times out */
    ls_lock_release(lock);
}

/* A child that renews the file every 20 ms, until it is killed. */
static void other_hosts_that_live_are_refused(void **state)
{
    (void)state;
    const char *path = scratch_path("beating");
    ls_lock *lock;
    write_lock(path, "another-host", 1, 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    for (int i = 0; pid == 0 && i < 3000; i++) {
        (void)utimensat(AT_FDCWD, path, NULL, 0);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_BAD_INPUT);
    scratch_expect_message("held by process 1 on another-host since 2026-01-31T12:00:00Z");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A holder's file is renewed without a word of its own. */
static void a_holder_renews(void **state)
{
    (void)state;
    const char *path = scratch_path("renewed");
    ls_lock *lock;
    struct stat entry;
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    age(path, 5000);
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    assert_int_equal(stat(path, &entry), 0);
    assert_true(time(NULL) - entry.st_mtime < 50);
    assert_true(ls_lock_held(lock));
    ls_lock_release(lock);
}

/* A lock that names nobody (made by hand, or where there are no links) is watched too. */
static void empty_locks(void **state)
{
    (void)state;
    const char *path = scratch_path("empty");
    ls_lock *lock;
    scratch_write(path, "", 0);
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    ls_lock_release(lock);
}

/* A holder that was taken over (asleep too long, on another host) leaves the new lock alone. */
static void release_spares_others(void **state)
{
    (void)state;
    const char *path = scratch_path("spared");
    ls_lock *lock;
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    assert_int_equal(ls_file_remove(path), LS_OK);
    write_lock(path, "another-host", 1, 1);
    age(path, 50);
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL); /* ours is renewed meanwhile */
    struct stat entry;
    assert_int_equal(stat(path, &entry), 0);
    assert_true(time(NULL) - entry.st_mtime >= 50);
    assert_false(ls_lock_held(lock));
    ls_lock_release(lock);
    assert_true(ls_file_exists(path));
}

/* While another looks at a stale lock (and may take it over) nobody else does: two would both find
 * it stale, and the second would remove the first one's lock. */
static void one_judge_at_a_time(void **state)
{
    (void)state;
    const char *path = scratch_path("judged");
    ls_lock *lock;
    write_lock(path, own_host(), getpid(), 1); /* stale */
    int fd = open(path, O_RDONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_BAD_INPUT);
    scratch_expect_message("judged: other processes keep taking this lock");
    ls_text content;
    assert_int_equal(ls_file_read(path, &content), LS_OK);
    assert_non_null(strstr(content.data, "start 1\n"));
    ls_text_free(&content);
    close(fd);
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    ls_lock_release(lock);
}

static void one_winner_of_a_race(void **state)
{
    (void)state;
    const char *path = scratch_path("race");
    for (int round = 0; round < ROUNDS; round++) {
        child racers[RACERS];
        int winners = 0;
        write_lock(path, own_host(), getpid(), 1); /* stale */
        atomic_store(started, false);
        for (int i = 0; i < RACERS; i++) {
            racers[i] = start_holder(path);
        }
        atomic_store(started, true);
        for (int i = 0; i < RACERS; i++) {
            winners += holds(&racers[i]);
        }
        assert_int_equal(winners, 1);
        for (int i = 0; i < RACERS; i++) {
            end(&racers[i]);
        }
    }
    ls_names names;
    assert_int_equal(ls_folder_list(scratch_path(""), &names), LS_OK);
    for (int i = 0; i < names.count; i++) {
        assert_null(strstr(names.name[i], ".stale")); /* nothing is left aside */
    }
    ls_names_free(&names);
}

/* A look tells who holds a lock and changes nothing. */
static void looks(void **state)
{
    (void)state;
    char holder[LS_LOCK_HOLDER_CHARS];
    const char *path = scratch_path("looked-at");
    assert_false(ls_lock_look(path, PATIENCE_SECONDS, holder));
    ls_lock *lock;
    assert_int_equal(ls_lock_take(&lock, path, PATIENCE_SECONDS), LS_OK);
    assert_true(ls_lock_look(path, PATIENCE_SECONDS, holder));
    assert_non_null(strstr(holder, own_host()));
    assert_true(ls_lock_held(lock));
    ls_lock_release(lock);
    write_lock(path, own_host(), 1, 999999999); /* process 1 lives, but began at another time */
    assert_false(ls_lock_look(path, PATIENCE_SECONDS, holder));
    write_lock(path, "elsewhere", 1, 1);
    assert_true(ls_lock_look(path, 60, holder));
    assert_non_null(strstr(holder, "process 1 on elsewhere"));
    age(path, 61);
    assert_false(ls_lock_look(path, 60, holder));
    assert_true(ls_file_exists(path));
    assert_int_equal(ls_file_remove(path), LS_OK);
}

int main(void)
{
    started =
        mmap(NULL, sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (started == MAP_FAILED) {
        return EXIT_FAILURE;
    }
    atomic_store(started, true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_and_released),
        cmocka_unit_test(looks),
        cmocka_unit_test(alive_until_killed),
        cmocka_unit_test(number_used_again),
        cmocka_unit_test(other_hosts_are_watched),
        cmocka_unit_test(other_hosts_that_live_are_refused),
        cmocka_unit_test(a_holder_renews),
        cmocka_unit_test(empty_locks),
        cmocka_unit_test(release_spares_others),
        cmocka_unit_test(one_judge_at_a_time),
        cmocka_unit_test(one_winner_of_a_race),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
