/* The columns of metrics.csv and of /training/history in a checkpoint: one table for both. */
#ifndef LOCKSTEP_CHECKPOINT_HISTORY_COLUMNS_H
#define LOCKSTEP_CHECKPOINT_HISTORY_COLUMNS_H

#include "lockstep/checkpoint/history.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ls_history_column {
    const char *name; /* for ls_task_name */
    size_t offset;    /* of the field in ls_epoch_row */
    bool real;        /* double, else int64_t */
    /* The column that has the same values in files of a time when the loss was the mean squared
     * error and this one was not written; NULL = it is in all files. */
    const char *formerly;
} ls_history_column;

#define LS_HISTORY_COLUMNS 9
extern const ls_history_column ls_history_columns[LS_HISTORY_COLUMNS];

#endif
