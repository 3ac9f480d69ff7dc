/* The watchdog: a thread that calls no MPI and ends the process when a phase that can't be polled
 * (HDF5's collectives, the start and end of MPI) does not end. The one place outside base and app
 * that ends the process: the main thread is inside a library and can't be asked. */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/ticker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_SECONDS 0.25
/* Ranks that wait in a test loop time out first and name who is missing; then this one. */
#define MORE_SECONDS 4.0

static struct {
    ls_ticker ticker;
    _Atomic(const char *) phase; /* static text; NULL = nothing to watch */
    _Atomic double began;
    _Atomic double limit;
    char who[LS_HOST_CHARS + 32];
} watch;

static void look(void *context)
{
    (void)context;
    const char *phase = atomic_load(&watch.phase);
    double lasted = ls_clock_seconds() - atomic_load(&watch.began);
    if (phase == NULL || lasted < atomic_load(&watch.limit)) {
        return;
    }
    char text[512];
    int length = snprintf(text, sizeof text,
                          "lockstep: %s: %s has lasted %.0f s and can't be interrupted: a rank, "
                          "host or file system does not answer. This process ends; run again to "
                          "resume\n",
                          watch.who, phase, lasted);
    ssize_t written = write(STDERR_FILENO, text, (size_t)length);
    (void)written;
    _exit(ls_status_exit_code(LS_LOST));
}

ls_status ls_watch_start(double seconds)
{
    atomic_store(&watch.limit, seconds + MORE_SECONDS);
    snprintf(watch.who, sizeof watch.who, "process %ld", (long)getpid());
    return ls_ticker_start(&watch.ticker, LOOK_SECONDS, look, NULL);
}

void ls_watch_stop(void)
{
    ls_ticker_stop(&watch.ticker);
}

void ls_watch_identify(int rank, const char *host)
{
    snprintf(watch.who, sizeof watch.who, "rank %d on %.200s", rank, host);
}

void ls_comm_set_timeout(ls_comm *comm, double seconds)
{
    comm->job->timeout_seconds = seconds;
    atomic_store(&watch.limit, seconds + MORE_SECONDS);
}

/* A phase within a phase belongs to the outer one. */
bool ls_comm_guard(const char *phase)
{
    if (atomic_load(&watch.phase) != NULL) {
        return false;
    }
    atomic_store(&watch.began, ls_clock_seconds());
    atomic_store(&watch.phase, phase);
    return true;
}

void ls_comm_unguard(bool guarded)
{
    if (guarded) {
        atomic_store(&watch.phase, (const char *)NULL);
    }
}
