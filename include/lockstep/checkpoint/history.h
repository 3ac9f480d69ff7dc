/* What each epoch gave: the rows of metrics.csv. Only what the configuration determines, so the
 * file is byte-identical on any number of ranks. Local. */
#ifndef LOCKSTEP_CHECKPOINT_HISTORY_H
#define LOCKSTEP_CHECKPOINT_HISTORY_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/task/task.h"

#include <stdint.h>

typedef struct ls_epoch_row {
    int64_t epoch, step;               /* epochs and steps done at its end */
    double lr;                         /* of its last step */
    double train_measure, val_measure; /* what the task measures: the mean squared error, ... */
    double val_figure;                 /* and its other figure of validation, if it has one */
    double best_val_measure;           /* of the epoch with the lowest val_loss so far */
    double train_loss, val_loss;
} ls_epoch_row;

typedef struct ls_history {
    ls_epoch_row *rows; /* owned */
    int64_t count, capacity;
} ls_history;

ls_status ls_history_add(ls_history *history, const ls_epoch_row *row);
void ls_history_free(ls_history *history);
/* The whole of metrics.csv, header included: columns are named after the task's measure. */
void ls_history_csv(const ls_history *history, const ls_task *task, ls_text *out);
/* The same back into rows, also of a file from before losses were written. Fails with line and
 * column where something is no number. Owner: the caller, ls_history_free (allowed after a failure
 * too). */
ls_status ls_history_read(ls_history *out, const char *path);

#endif
