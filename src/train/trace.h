/* What every rank did when, in Chrome's trace event format (train.trace), which ui.perfetto.dev
 * shows: a row of phases for each rank, with the layers below them.
 *
 * A rank notes its events in memory of fixed size: a step allocates nothing. Times are those of
 * rank 0's clock: of ranks on other hosts the clock is compared by messages (lockstep/comm,
 * ls_comm_ping), which is true to half a round trip.
 */
#ifndef LOCKSTEP_TRAIN_TRACE_H
#define LOCKSTEP_TRAIN_TRACE_H

#include "lockstep/comm/comm.h"
#include "lockstep/model/model.h"
#include "lockstep/train/engine.h"

typedef struct ls_trace ls_trace;

/* Collective, agrees. The file is made at once, empty, so that one that can't be written is known
 * before the work is done: LS_BAD_INPUT. `path`, comm and model are borrowed. Owner: the caller. */
ls_status ls_trace_create(ls_trace **out, const char *path, ls_comm *comm, ls_model *model);
void ls_trace_destroy(ls_trace *trace); /* NULL is allowed */

/* Local. Times by ls_clock_seconds. Events beyond the room there is are counted, not kept. */
void ls_trace_phase(ls_trace *trace, ls_phase phase, double began, double ended);
void ls_trace_step(ls_trace *trace, int64_t step, double began, double ended);
/* Whether the model's layers are noted too; costs a look at the clock for each. */
void ls_trace_layers(ls_trace *trace, bool on);

/* Collective, agrees. Writes the events of all ranks; LS_LOST when the file can't be written. */
ls_status ls_trace_write(ls_trace *trace);

#endif
