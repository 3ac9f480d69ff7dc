/* When a run must have ended: by train.deadline, or as Slurm says. Local. */
#ifndef LOCKSTEP_TRAIN_DEADLINE_H
#define LOCKSTEP_TRAIN_DEADLINE_H

#include "lockstep/base/status.h"
#include "lockstep/config/config.h"

typedef struct ls_deadline {
    double at;   /* of ls_clock_seconds; infinite = none */
    char by[64]; /* what said so: "train.deadline", "SLURM_JOB_END_TIME", "squeue" */
} ls_deadline;

/* `began`: when this process did, by ls_clock_seconds. Asks squeue at most once, and not longer
 * than some seconds; a Slurm that doesn't answer is warned about. */
ls_status ls_deadline_find(ls_deadline *out, const ls_config *config, double began);

#endif
