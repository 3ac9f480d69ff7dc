/* A thread that calls a function at fixed times, whatever the main thread is doing: it may be
 * inside a library for minutes. All signals stay the main thread's. Local.
 *
 *     ls_ticker ticker;
 *     LS_TRY(ls_ticker_start(&ticker, 1.0, renew, lock));
 *     ls_ticker_stop(&ticker);
 *
 * Lockstep runs one thread a rank (base/status.h): what is called may use nothing that keeps the
 * process's one error, log or memory counts, and no MPI.
 */
#ifndef LOCKSTEP_BASE_TICKER_H
#define LOCKSTEP_BASE_TICKER_H

#include "lockstep/base/status.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct ls_ticker {
    double interval_seconds;
    void (*tick)(void *context);
    void *context; /* borrowed */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake; /* by the monotonic clock */
    bool ends;           /* under the mutex */
} ls_ticker;

/* The first tick comes at once. `ticker` must stay where it is until it is stopped. */
ls_status ls_ticker_start(ls_ticker *ticker, double interval_seconds, void (*tick)(void *context),
                          void *context);
void ls_ticker_stop(ls_ticker *ticker);

#endif
