/* Trying a foreign HDF5 file in a child process: the library is known to crash or to spin on some
 * damaged files, and that must be an error of ours and not a signal in the middle of an MPI job.
 */
#include "source_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/io/files.h"
#include "lockstep/io/seal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_SECONDS 60.0
#define MESSAGE_CHARS 2048

static ls_status ignore_images(void *context, ls_split split, ls_source_range range,
                               const uint8_t *pixels, const uint8_t *labels)
{
    (void)context, (void)split, (void)range, (void)pixels, (void)labels;
    return LS_OK;
}

/* What the parent will do later: open, look, read; of the images the last of each split. */
static ls_status try_source(const ls_config *config, ls_comm *comm)
{
    ls_source *source = NULL;
    LS_TRY(ls_source_open(&source, config, comm));
    ls_source_range ranges[LS_SPLIT_COUNT] = {{0, 0}};
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        int64_t images = ls_source_describe(source)->images[split];
        if (images > 0) {
            ranges[split] = (ls_source_range){images - 1, 1};
        }
    }
    ls_status status = ls_source_stream(source, ranges, ignore_images, NULL);
    ls_source_close(source);
    LS_TRY(status);
    return LS_OK;
}

static ls_status try_path(const char *path)
{
    ls_config config;
    ls_config_defaults(&config);
    snprintf(config.data_path, sizeof config.data_path, "%s", path);
    ls_comm *comm = NULL;
    LS_TRY(ls_comm_self(&comm));
    ls_status status = try_source(&config, comm);
    ls_comm_finish(comm);
    LS_TRY(status);
    return LS_OK;
}

/* The child: never returns; the message of a failure goes through the pipe. */
static void run_child(const char *path, int to_parent)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (try_path(path) == LS_OK) {
        _exit(0);
    }
    const char *message = ls_error_message();
    size_t length = strnlen(message, MESSAGE_CHARS - 1);
    _exit(write(to_parent, message, length) == (ssize_t)length ? 1 : 2);
}

/* Reads until the child closes its end by ending; false when its time is over. */
static bool listen_to(int from_child, char message[MESSAGE_CHARS])
{
    double deadline = ls_clock_seconds() + LIMIT_SECONDS;
    size_t length = 0;
    for (;;) {
        double left = deadline - ls_clock_seconds();
        struct pollfd end = {.fd = from_child, .events = POLLIN};
        int ready = left > 0 ? poll(&end, 1, (int)(left * 1000.0) + 1) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t got =
            ready > 0 ? read(from_child, message + length, MESSAGE_CHARS - 1 - length) : -1;
        if (got <= 0) {
            message[length] = '\0';
            return got == 0;
        }
        length += (size_t)got;
    }
}

static ls_status judge(const char *path, int ending, const char *message)
{
    LS_REQUIRE(!WIFSIGNALED(ending), LS_BAD_INPUT,
               "%s: damaged, or not HDF5 that can be read: the HDF5 library died of signal %d (%s) "
               "on it in a trial",
               path, WTERMSIG(ending), strsignal(WTERMSIG(ending)));
    LS_REQUIRE(WEXITSTATUS(ending) == 0, LS_BAD_INPUT, "%s",
               message[0] != '\0' ? message : "the HDF5 library ended the trial of the file");
    return LS_OK;
}

static ls_status supervise(const char *path, pid_t child, int from_child)
{
    char message[MESSAGE_CHARS];
    bool ended = listen_to(from_child, message);
    if (!ended) {
        kill(child, SIGKILL);
    }
    int ending = 0;
    while (waitpid(child, &ending, 0) < 0) {
        LS_REQUIRE(errno == EINTR, LS_INTERNAL, "%s: waiting for its trial: %s", path,
                   strerror(errno));
    }
    LS_REQUIRE(ended, LS_BAD_INPUT,
               "%s: damaged: the HDF5 library was not done with it after %.0f seconds", path,
               LIMIT_SECONDS);
    LS_TRY(judge(path, ending, message));
    return LS_OK;
}

ls_status ls_source_probe(const char *path)
{
    if (ls_folder_exists(path) || !ls_source_is_hdf5(path) || ls_seal_present(path)) {
        return LS_OK;
    }
    int ends[2];
    LS_REQUIRE(pipe(ends) == 0, LS_BAD_INPUT, "%s: no pipe for its trial: %s", path,
               strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(path, ends[1]);
    }
    int reason = errno;
    close(ends[1]);
    ls_status status =
        child > 0 ? supervise(path, child, ends[0])
                  : ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                                 "%s: no process for its trial: %s", path, strerror(reason));
    close(ends[0]);
    LS_TRY(status);
    return LS_OK;
}
