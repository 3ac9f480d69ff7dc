/* A file whose time shows that its holder lives: a thread renews it, because the holder may be
 * inside a library for minutes. The thread calls nothing but futimens and its own waiting. Local.
 */
#ifndef LOCKSTEP_SRC_IO_HEARTBEAT_H
#define LOCKSTEP_SRC_IO_HEARTBEAT_H

#include "lockstep/base/status.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct ls_heartbeat {
    int fd; /* borrowed */
    double interval_seconds;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake; /* by the monotonic clock */
    bool ends;           /* under the mutex */
} ls_heartbeat;

ls_status ls_heartbeat_start(ls_heartbeat *beat, int fd, double interval_seconds);
void ls_heartbeat_stop(ls_heartbeat *beat);

#endif
