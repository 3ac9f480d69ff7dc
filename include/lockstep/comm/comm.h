/* Communication between ranks. The only module that knows MPI; a communicator of one rank made by
 * ls_comm_self needs none.
 *
 * Nothing waits for ever. All waits are test loops; a rank that does not come within the timeout is
 * LS_LOST, and a roll call names who does not answer. What can't be polled is watched by a thread,
 * which ends the process.
 *
 *     ls_comm *comm;
 *     LS_TRY(ls_comm_start(&argc, &argv, &comm));
 *     status = ls_comm_agree(comm, load(...));      all ranks fail together, with one message
 *     ls_comm_finish(comm);
 *
 * COLLECTIVE functions are called by all ranks of the communicator, with equal counts and in the
 * same order. A failing MPI call is LS_LOST. `rank` and `size` mean MPI and nothing else.
 */
#ifndef LOCKSTEP_COMM_COMM_H
#define LOCKSTEP_COMM_COMM_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_comm ls_comm;

/* Collective over the job: starts MPI (alone, it is one rank). Owner: the caller, ls_comm_finish.
 */
ls_status ls_comm_start(int *argc, char ***argv, ls_comm **comm);
/* Local: one rank, without MPI. */
ls_status ls_comm_self(ls_comm **comm);
/* Collective: ends MPI too if ls_comm_start began it. NULL is allowed. */
void ls_comm_finish(ls_comm *comm);
/* Local, does not return: ends the whole job with this exit code. */
void ls_comm_abort(ls_comm *comm, int exit_code);

/* Local. How long to wait for another rank (comm.timeout_s); at first 300 s. */
void ls_comm_set_timeout(ls_comm *comm, double seconds);
/* Local. What this rank is about to do, for the roll call. */
void ls_comm_note(ls_comm *comm, int64_t step, const char *phase);
/* Local. Whether a rank was lost; and then whether this one is the lowest that answers: it alone
 * speaks, and saves what there is. */
bool ls_comm_is_lost(const ls_comm *comm);
bool ls_comm_survives(const ls_comm *comm);
/* Local. Around what can't be polled: the process ends with LS_LOST's exit code when it lasts
 * longer than the timeout and some seconds. `phase` is static text. Returns what unguard is given.
 */
bool ls_comm_guard(const char *phase);
void ls_comm_unguard(bool guarded);

/* Local. */
int ls_comm_rank(const ls_comm *comm);
int ls_comm_size(const ls_comm *comm);
const char *ls_comm_host(const ls_comm *comm);
/* Of any rank of the job (the communicator must be ls_comm_start's, or of one rank). Borrowed. */
const char *ls_comm_host_of(const ls_comm *comm, int rank);
/* How many hosts the ranks stand on, and the communicator of this host's ranks (borrowed). */
int ls_comm_hosts(const ls_comm *comm);
ls_comm *ls_comm_node(ls_comm *comm);
/* Points to the MPI_Comm for libraries that need one (parallel HDF5); NULL for ls_comm_self. */
const void *ls_comm_native(const ls_comm *comm);
/* "Open MPI 4.1.4 ..." or "none". */
const char *ls_comm_library(void);

/* Collective. The worst status of all ranks; where one failed, every rank returns with the message
 * of the lowest rank that has it (and its number and host, but for rank 0). */
ls_status ls_comm_agree(ls_comm *comm, ls_status mine);
/* The same, and where all is well but any rank was asked to stop (base/request.h), all return
 * LS_STOPPED: for long phases that can be left here without loss. */
ls_status ls_comm_agree_or_stop(ls_comm *comm, ls_status mine);

/* Collective. In place; `bytes` may pass 2 GiB. */
ls_status ls_comm_broadcast(ls_comm *comm, void *data, size_t bytes, int root);
/* Gives sums in fixed point as float32: (count, sums, out). */
typedef void (*ls_sum_to_float)(int64_t, const int64_t *, float *);
/* Collective. Element-wise, in place, the result on every rank. */
ls_status ls_comm_sum_i64(ls_comm *comm, int64_t *values, size_t count);
ls_status ls_comm_sum_f32(ls_comm *comm, float *values, size_t count); /* in any order */
/* Collective. The sum of fixed-point values [count], given as float32 [count] on every rank by
 * to_float, which is asked for each value on one rank alone: floats travel in half the bytes. What
 * is in `values` afterwards is of no use. */
ls_status ls_comm_sum_fixed(ls_comm *comm, int64_t *values, size_t count, ls_sum_to_float to_float,
                            float *out);

/* Sums on their way while this rank computes. Started in the same order on every rank, in place;
 * `values` must not be touched until ls_comm_finish_sums. Other collectives may run in between. */
ls_status ls_comm_start_sum_i64(ls_comm *comm, int64_t *values, size_t count);
ls_status ls_comm_start_sum_f32(ls_comm *comm, float *values, size_t count);
/* Local. Lets what was started go on: MPI works on it when it is called. */
ls_status ls_comm_progress(ls_comm *comm);
/* Collective. Waits for all that was started. */
ls_status ls_comm_finish_sums(ls_comm *comm);

ls_status ls_comm_min_i64(ls_comm *comm, int64_t *values, size_t count);
ls_status ls_comm_max_i64(ls_comm *comm, int64_t *values, size_t count);
/* Collective. Every rank's `bytes` of data, by rank: all [size, bytes]. */
ls_status ls_comm_gather(ls_comm *comm, const void *mine, size_t bytes, void *all);
/* Collective. Item i of `send`, counted from rank 0's on, goes to the rank whose count covers it;
 * counts in items of item_bytes, so that more than 2 GiB a rank works.
 * send_counts, receive_counts: [size]. */
ls_status ls_comm_exchange(ls_comm *comm, const void *send, const int *send_counts, void *receive,
                           const int *receive_counts, size_t item_bytes);
ls_status ls_comm_barrier(ls_comm *comm);

/* Collective. Rank 0 and `peer` alone send `bytes` there and back, `rounds` times; every rank gets
 * the shortest round trip, and how far the peer's wall clock is ahead of rank 0's, which is true to
 * half that time. */
typedef struct ls_ping {
    double seconds, clock_ahead_seconds;
} ls_ping;
ls_status ls_comm_ping(ls_comm *comm, int peer, size_t bytes, int rounds, ls_ping *out);

/* Local. Seconds spent inside collectives so far: for comm_fraction. */
double ls_comm_seconds(const ls_comm *comm);

#endif
