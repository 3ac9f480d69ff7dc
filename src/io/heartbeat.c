/* Renewing a file's time from a thread of its own. */
#include "heartbeat.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static struct timespec after(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long long nanoseconds = t.tv_nsec + (long long)(seconds * 1e9);
    t.tv_sec += (time_t)(nanoseconds / 1000000000);
    t.tv_nsec = (long)(nanoseconds % 1000000000);
    return t;
}

/* A time that can't be renewed is no error of the run: the holder only looks older to other hosts.
 */
static void *run(void *argument)
{
    ls_heartbeat *beat = argument;
    pthread_mutex_lock(&beat->mutex);
    while (!beat->ends) {
        (void)futimens(beat->fd, NULL);
        struct timespec next = after(beat->interval_seconds);
        while (!beat->ends && pthread_cond_timedwait(&beat->wake, &beat->mutex, &next) == 0) {
        }
    }
    pthread_mutex_unlock(&beat->mutex);
    return NULL;
}

/* Signals are the main thread's. */
static int create_thread(ls_heartbeat *beat)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&beat->thread, NULL, run, beat);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

ls_status ls_heartbeat_start(ls_heartbeat *beat, int fd, double interval_seconds)
{
    beat->fd = fd;
    beat->interval_seconds = interval_seconds;
    beat->ends = false;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&beat->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&beat->mutex, NULL);
    int error = create_thread(beat);
    LS_REQUIRE(error == 0, LS_NO_MEMORY, "can't start the thread that renews a lock: %s",
               strerror(error));
    return LS_OK;
}

void ls_heartbeat_stop(ls_heartbeat *beat)
{
    pthread_mutex_lock(&beat->mutex);
    beat->ends = true;
    pthread_cond_signal(&beat->wake);
    pthread_mutex_unlock(&beat->mutex);
    pthread_join(beat->thread, NULL);
    pthread_cond_destroy(&beat->wake);
    pthread_mutex_destroy(&beat->mutex);
}
