/* A training session: everything `ls_train` holds while it runs; known to src/train alone. */
#ifndef LOCKSTEP_TRAIN_SESSION_H
#define LOCKSTEP_TRAIN_SESSION_H

#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/checkpoint/run_folder.h"
#include "lockstep/data/dataset.h"
#include "lockstep/train/deadline.h"
#include "lockstep/train/engine.h"
#include "lockstep/train/train.h"
#include "trace.h"

#define LS_PICTURES 16 /* images in each epoch's sheet */

/* Where the time of this process's run went, in seconds. */
typedef struct ls_session_times {
    double began, steps, validation, checkpoints, exchange;
    double comm;                                        /* of `steps`, inside collectives */
    int64_t images;                                     /* trained on in this run */
    double step_each, validation_each, checkpoint_each; /* one of them, the slowest of late */
    double last_shown, last_status; /* when progress and status.json were last given */
} ls_session_times;

/* Of the training steps so far; 0 before the first. Local. */
static inline double ls_session_images_per_second(const ls_session_times *times)
{
    return times->steps > 0 ? (double)times->images / times->steps : 0;
}

static inline double ls_session_comm_fraction(const ls_session_times *times)
{
    return times->steps > 0 ? times->comm / times->steps : 0;
}

/* A measure of what one of a kind may take: the slowest, forgotten bit by bit. */
static inline double ls_session_slowest(double so_far, double seconds)
{
    return seconds > 0.95 * so_far ? seconds : 0.95 * so_far;
}

typedef struct ls_session {
    const ls_config *config;
    ls_comm *comm;
    const ls_train_observer *observer;
    ls_run_folder *folder; /* owned, as all below */
    ls_dataset *data;
    ls_engine *engine;
    ls_training_state state;
    uint8_t *pictures; /* [LS_PICTURES, shape] the first validation images; rank 0 draws them */
    int picture_count;
    char kernels[LS_BACKEND_TEXT_CHARS];
    ls_stop asked;        /* all ranks agreed to stop for this; LS_STOP_NOT_YET at first */
    ls_deadline deadline; /* rank 0's */
    bool has_saved;       /* the newest checkpoint could be written ... */
    ls_progress saved;    /* ... of this */
    ls_trace *trace;      /* owned; NULL = none, or written */
    int64_t traced_steps;
    bool status_failed; /* status.json could not be written: said once */
    ls_session_times times;
} ls_session;

/* Collective. Loads data, makes the engine, opens the run folder and resumes or begins. On failure
 * too, ls_session_close frees what there is. */
ls_status ls_session_open(ls_session *session, const ls_config *config, ls_comm *comm,
                          const ls_train_observer *observer);
void ls_session_close(ls_session *session);
/* Images of the running epoch that are done. Local. */
int64_t ls_session_epoch_images(const ls_session *session);

/* Collective. From where the session stands to the end of the running epoch, or to max_steps. */
ls_status ls_session_run_epoch(ls_session *session);
/* Collective. Validation, best model, metrics, pictures, checkpoint. */
ls_status ls_session_end_epoch(ls_session *session);
/* --- save.c: all collective ------------------------------------------------------------------- */
/* A checkpoint of where the session stands, unless it is the last one written; and the same as the
 * best so far. A failure to write ends the run or is said, by train.on_checkpoint_error. */
ls_status ls_session_save(ls_session *session);
ls_status ls_session_save_best(ls_session *session);
/* What train.on_checkpoint_error makes of a write's status. Local. */
ls_status ls_session_judge_write(ls_session *session, ls_status status);
/* LS_LOST unless the last checkpoint could be written. Local. */
ls_status ls_session_require_saved(const ls_session *session);
/* Whether the ranks are still equal; heals them if train.on_replica_difference says so. */
ls_status ls_session_check_replicas(ls_session *session);
/* Local, for the lowest rank that survives the loss of others: an emergency checkpoint of the last
 * whole step. Returns LS_LOST with the loss and what was saved. */
ls_status ls_session_rescue(ls_session *session);

/* --- stop.c ----------------------------------------------------------------------------------- */
/* Why training is at its end, by progress, configuration, or because it was asked to. Local. */
ls_stop ls_session_stop(const ls_session *session);
/* What this rank was asked for since the last call. Local. */
ls_wishes ls_session_wishes(void);
/* Takes over what all ranks agreed on. Local. */
void ls_session_heed(ls_session *session, const ls_wishes *wishes);
/* Collective. After LS_STOPPED: what asked for it. */
ls_status ls_session_find_reason(ls_session *session);
/* Sets the moment from which rank 0 asks to stop, by what steps and checkpoints take. Local. */
void ls_session_plan_stop(ls_session *session);
/* Collective. LS_STOPPED when less than so many seconds are left before the deadline, or when any
 * rank was asked to stop. */
ls_status ls_session_require_time(ls_session *session, double seconds);
/* After a stop by the deadline: how much is left to do. Local. */
void ls_session_say_rest(const ls_session *session);

/* --- tracing.c -------------------------------------------------------------------------------- */
/* Collective. Begins a trace where train.trace asks for one. */
ls_status ls_session_begin_trace(ls_session *session);
/* A step is over that began then. Collective in the last one that is traced: writes the trace. */
ls_status ls_session_trace_step(ls_session *session, double began);
/* Collective. Writes the trace of a run that was shorter. */
ls_status ls_session_end_trace(ls_session *session);

/* The sheet of the epoch that just ended, on rank 0. Local. */
ls_status ls_session_draw(ls_session *session);

/* Collective. */
ls_status ls_session_summarize(ls_session *session, ls_train_summary *summary);

#endif
