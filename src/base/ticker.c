/* A thread that calls a function at fixed times. */
#include "lockstep/base/ticker.h"

#include <signal.h>
#include <string.h>
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

static void *run(void *argument)
{
    ls_ticker *ticker = argument;
    pthread_mutex_lock(&ticker->mutex);
    while (!ticker->ends) {
        ticker->tick(ticker->context);
        struct timespec next = after(ticker->interval_seconds);
        while (!ticker->ends && pthread_cond_timedwait(&ticker->wake, &ticker->mutex, &next) == 0) {
        }
    }
    pthread_mutex_unlock(&ticker->mutex);
    return NULL;
}

/* The new thread inherits a mask that lets no signal through. */
static int create_thread(ls_ticker *ticker)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&ticker->thread, NULL, run, ticker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

ls_status ls_ticker_start(ls_ticker *ticker, double interval_seconds, void (*tick)(void *context),
                          void *context)
{
    *ticker = (ls_ticker){.interval_seconds = interval_seconds, .tick = tick, .context = context};
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&ticker->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&ticker->mutex, NULL);
    int error = create_thread(ticker);
    LS_REQUIRE(error == 0, LS_NO_MEMORY, "can't start a thread: %s", strerror(error));
    return LS_OK;
}

void ls_ticker_stop(ls_ticker *ticker)
{
    pthread_mutex_lock(&ticker->mutex);
    ticker->ends = true;
    pthread_cond_signal(&ticker->wake);
    pthread_mutex_unlock(&ticker->mutex);
    pthread_join(ticker->thread, NULL);
    pthread_cond_destroy(&ticker->wake);
    pthread_mutex_destroy(&ticker->mutex);
}
