/* A training session: everything `ls_train` holds while it runs; known to src/train alone. */
#ifndef LOCKSTEP_TRAIN_SESSION_H
#define LOCKSTEP_TRAIN_SESSION_H

#include "lockstep/data/dataset.h"
#include "lockstep/train/checkpoint.h"
#include "lockstep/train/engine.h"
#include "lockstep/train/run_folder.h"
#include "lockstep/train/train.h"

#define LS_PICTURES 16 /* images in each epoch's sheet */

/* Where the time of this process's run went, in seconds. */
typedef struct ls_session_times {
    double began, steps, validation, checkpoints;
    double comm;                    /* of `steps`, inside collectives */
    int64_t images;                 /* trained on in this run */
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
    ls_session_times times;
} ls_session;

/* Collective. Loads data, makes the engine, opens the run folder and resumes or begins. On failure
 * too, ls_session_close frees what there is. */
ls_status ls_session_open(ls_session *session, const ls_config *config, ls_comm *comm,
                          const ls_train_observer *observer);
void ls_session_close(ls_session *session);

/* Collective. From where the session stands to the end of the running epoch, or to max_steps. */
ls_status ls_session_run_epoch(ls_session *session);
/* Collective. Validation, best model, metrics, pictures, checkpoint. */
ls_status ls_session_end_epoch(ls_session *session);
/* Collective. A checkpoint of where the session stands. */
ls_status ls_session_save(ls_session *session);

/* Why training is at its end, by progress and configuration alone. Local. */
ls_stop ls_session_stop(const ls_session *session);

/* The sheet of the epoch that just ended, on rank 0. Local. */
ls_status ls_session_draw(ls_session *session);

/* Collective. */
ls_status ls_session_summarize(ls_session *session, ls_train_summary *summary);

#endif
