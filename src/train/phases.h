/* The clock of a step's phases: adds their times up and, while a trace is made, notes each. */
#ifndef LOCKSTEP_TRAIN_PHASES_H
#define LOCKSTEP_TRAIN_PHASES_H

#include "trace.h"

typedef struct ls_phases {
    ls_engine_times times;
    double hook_sum_seconds; /* of the sums, inside backward */
    ls_trace *trace;         /* borrowed; NULL = none */
} ls_phases;

/* A phase that began at *began is over; the next one begins. */
void ls_phases_lap(ls_phases *phases, ls_phase phase, double *began);
/* Seconds that passed in phase `from` belong to phase `to`. */
void ls_phases_move(ls_phases *phases, ls_phase from, ls_phase to, double seconds);
/* The times so far, which begin anew. */
ls_engine_times ls_phases_take(ls_phases *phases);

#endif
