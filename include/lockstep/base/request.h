/* Requests from outside the program: a signal or a time limit asks it to stop, or a signal asks for
 * a checkpoint. A request is a note and no more: ranks agree before they act on it, because a
 * signal may have reached one of them alone.
 *
 * Signals: SIGUSR1, SIGUSR2, SIGTERM and SIGINT ask to stop (SIGUSR1 may ask for a checkpoint
 * instead). A second SIGTERM or SIGINT ends the process at once with 143 or 130. Local; one per
 * process.
 */
#ifndef LOCKSTEP_BASE_REQUEST_H
#define LOCKSTEP_BASE_REQUEST_H

#include <stdbool.h>

typedef enum ls_request { LS_REQUEST_NONE, LS_REQUEST_SIGNAL, LS_REQUEST_DEADLINE } ls_request;

/* Takes over the signals from here on, and forgets older requests. */
void ls_request_begin(bool usr1_saves);

/* From this moment of ls_clock_seconds on a stop is wanted; infinite = never. */
void ls_request_stop_at(double seconds);

/* Whether a stop is wanted, and what asked for it. */
ls_request ls_request_stop(void);
/* Whether a checkpoint was asked for since the last call. */
bool ls_request_take_save(void);

#endif
