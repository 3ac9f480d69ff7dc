/* This process, and asking another program. */
#include "lockstep/base/process.h"

#include "lockstep/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 1000000 /* between looks whether a program has ended */

int64_t ls_process_peak_bytes(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL) {
        return 0;
    }
    char line[256];
    long long kib = 0;
    while (fgets(line, sizeof line, file) != NULL && sscanf(line, "VmHWM: %lld kB", &kib) != 1) {
    }
    fclose(file);
    return (int64_t)kib * 1024;
}

/* posix_spawn takes words that it does not change, but not as constant ones. */
static pid_t spawn(const char *const *words, int output)
{
    union {
        const char *const *constant;
        char *const *plain;
    } arguments = {.constant = words};
    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (posix_spawnp(&child, words[0], &actions, NULL, arguments.plain, environ) != 0) {
        child = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

/* Reads until the other end closes; false when the time is over at `end`. */
static bool listen_to(int from, double end, char *answer, size_t bytes)
{
    size_t length = 0;
    for (;;) {
        double left = end - ls_clock_seconds();
        struct pollfd ready = {.fd = from, .events = POLLIN};
        if (left <= 0 || (poll(&ready, 1, (int)(left * 1e3) + 1) < 0 && errno != EINTR)) {
            return false;
        }
        if (ready.revents == 0) {
            continue;
        }
        char rest[256]; /* what does not fit is read too, so that the program can end */
        bool fits = length + 1 < bytes;
        ssize_t got =
            read(from, fits ? answer + length : rest, fits ? bytes - 1 - length : sizeof rest);
        if (got <= 0) {
            answer[length] = '\0';
            return got == 0;
        }
        length += fits ? (size_t)got : 0;
    }
}

/* A program may close its output and go on: it has until `end`, and is then killed. */
static bool ends_well(pid_t child, double end)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(child, &status, WNOHANG)) == 0 && ls_clock_seconds() < end) {
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
    }
    if (ended == 0) {
        kill(child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    return ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool ls_process_ask(const char *const *words, double seconds, char *answer, size_t bytes)
{
    double end = ls_clock_seconds() + seconds;
    int ends[2];
    answer[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    pid_t child = spawn(words, ends[1]);
    close(ends[1]);
    bool heard = child > 0 && listen_to(ends[0], end, answer, bytes);
    close(ends[0]);
    return child > 0 && ends_well(child, heard ? end : 0) && heard;
}
