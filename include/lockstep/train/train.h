/* Training: the one place where math, data and communication meet. Collective.
 *
 *     ls_train_summary summary;
 *     status = ls_train(&config, comm, &observer, &summary);
 *
 * The way of the data: config -> dataset shard -> exchange -> batch -> forward -> loss -> backward
 * -> gradient slices -> allreduce -> optimizer -> metrics -> checkpoint (src/train/step.c).
 */
#ifndef LOCKSTEP_TRAIN_TRAIN_H
#define LOCKSTEP_TRAIN_TRAIN_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/checkpoint/history.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"

/* X(name, text): why a run ended in order. */
#define LS_STOP_LIST(X)                                                                            \
    X(LS_STOP_NOT_YET, "")                                                                         \
    X(LS_STOP_FINISHED, "finished")                                                                \
    X(LS_STOP_EARLY, "early_stop")                                                                 \
    X(LS_STOP_MAX_STEPS, "max_steps")                                                              \
    X(LS_STOP_SIGNAL, "signal")                                                                    \
    X(LS_STOP_DEADLINE, "deadline")
#define LS_STOP_ENUM(name, text) name,
typedef enum ls_stop { LS_STOP_LIST(LS_STOP_ENUM) LS_STOP_COUNT } ls_stop;
#undef LS_STOP_ENUM
const char *ls_stop_text(ls_stop stop);

typedef struct ls_train_summary {
    int64_t epochs, steps, samples;
    int ranks;
    double images_per_second; /* of training steps in this process's run */
    const ls_task *task;
    double train_measure, val_measure, val_figure;
    double best_val_measure;                    /* of the epoch with the lowest loss */
    double train_loss, val_loss, best_val_loss; /* layers add to the first */
    int64_t best_epoch;
    double wall_seconds, comm_fraction, peak_rss_mib; /* peak: the largest of all ranks */
    uint64_t weights_digest, state_digest;
    ls_stop stop;
    int already_finished; /* a finished run was started again: nothing was done */
} ls_train_summary;

/* What the app shows; called on rank 0 only. Any may be NULL. */
typedef struct ls_train_observer {
    void *context;
    void (*progress)(void *context, int64_t epoch, int64_t epochs, double share, double measure,
                     double images_per_second);
    void (*epoch)(void *context, const ls_epoch_row *row, int64_t epochs, double images_per_second,
                  double seconds_left);
} ls_train_observer;

/* Local, before MPI: the values that only training itself can judge. */
ls_status ls_train_check(const ls_config *config);

/* What asks for a stop is base/request.h, which the caller has begun.
 * A run that was asked to stop (LS_STOP_SIGNAL, LS_STOP_DEADLINE) has written a checkpoint and is
 * LS_OK; LS_STOPPED: it was asked before there was anything to write. */
ls_status ls_train(const ls_config *config, ls_comm *comm, const ls_train_observer *observer,
                   ls_train_summary *summary);

/* summary.json's text. Local. */
void ls_train_summary_json(const ls_train_summary *summary, ls_text *out);

#endif
