/* Whether all ranks still hold the same weights, moments and state: a fault of memory or of a CPU
 * makes them differ, and every later step would go on from that. Collective. */
#ifndef LOCKSTEP_CHECKPOINT_REPLICAS_H
#define LOCKSTEP_CHECKPOINT_REPLICAS_H

#include "lockstep/checkpoint/checkpoint.h"

/* LS_DIVERGED on every rank when any differs, naming those that are not of the majority, or all
 * when there is none. */
ls_status ls_replicas_require_equal(const ls_training_state *state, ls_comm *comm);

/* The same, but where more than half of the ranks are equal the others take over what those have,
 * and it is said. That makes them equal, not right: what a wrong rank added to gradients since it
 * was last compared stays in the weights of all. */
ls_status ls_replicas_heal(ls_training_state *state, ls_comm *comm);

#endif
