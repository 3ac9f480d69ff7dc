/* The run folder (train.out; docs/checkpoint.md): names, lock, and what is brought back when a run
 * resumes from a checkpoint older than its files. Rank 0 acts; functions marked collective are
 * called by all ranks and agree. */
#ifndef LOCKSTEP_CHECKPOINT_RUN_FOLDER_H
#define LOCKSTEP_CHECKPOINT_RUN_FOLDER_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/comm/comm.h"

typedef struct ls_run_folder ls_run_folder;

/* A holder on another host that does not renew the lock for so long has ended. A job that Slurm
 * moves to other hosts after a failure waits no longer than this. */
#define LS_RUN_FOLDER_PATIENCE_SECONDS 60.0

/* Collective. Makes the folder, takes its lock, opens log.txt. */
ls_status ls_run_folder_open(ls_run_folder **out, const char *path, ls_comm *comm);
void ls_run_folder_close(ls_run_folder *folder);

/* Collective. Decides by train.resume what to start from: checks the candidates from the newest on
 * (or the path given), says what was skipped and why, and checks the configuration. *path is "" for
 * a fresh start; then a folder that holds another run's files is refused with a hint. */
ls_status ls_run_folder_choose(ls_run_folder *folder, const ls_config *config, uint64_t data_digest,
                               char path[LS_PATH_CHARS], ls_checkpoint_head *head);
/* Collective. Brings metrics.csv, timings.csv, images, best.h5 and checkpoints from a rolled-back
 * future back to `state`, and writes config.ini. */
ls_status ls_run_folder_settle(ls_run_folder *folder, const ls_training_state *state);

/* Collective. LS_LOST when another job has taken the folder over while this one did not move. */
ls_status ls_run_folder_require_lock(ls_run_folder *folder);
/* Collective. save_best: for a state that is the best so far, before save: best-NNNNNNNN.h5, whole
 * and verified, and best.h5, a link to it; one that can't be written is kept in memory and written
 * before the next save. save: step-NNNNNNNN.h5, last.h5 (a link to it), and pruning to train.keep
 * after the newer is verified. */
ls_status ls_run_folder_save_best(ls_run_folder *folder, ls_training_state *state);
ls_status ls_run_folder_save(ls_run_folder *folder, ls_training_state *state);
/* Rank 0 acts, the others return at once. A summary tells of a run's end: one that goes on is told
 * of no more. */
ls_status ls_run_folder_remove_summary(const ls_run_folder *folder);
/* Local, for any one rank when others are lost: step-NNNNNNNN.h5 without the others' help. */
ls_status ls_run_folder_rescue(ls_run_folder *folder, const ls_training_state *state);

/* Rank 0 writes; the others return at once. */
ls_status ls_run_folder_write_metrics(ls_run_folder *folder, const ls_history *history,
                                      const ls_task *task);
/* One row more in timings.csv. */
typedef struct ls_timing_row {
    int64_t epoch, step;
    int ranks;
    double seconds, images_per_second, comm_fraction; /* since this run began */
    double validation_seconds, checkpoint_seconds, exchange_seconds;
} ls_timing_row;
ls_status ls_run_folder_add_timing(ls_run_folder *folder, const ls_timing_row *row);
/* Rank 0: writes a file of the run folder so that it appears whole. */
ls_status ls_run_folder_replace(const ls_run_folder *folder, const char *name, const ls_text *text);
/* status.json: replaced by rename. */
ls_status ls_run_folder_status(ls_run_folder *folder, const ls_progress *progress,
                               const char *phase);
/* "images/epoch-0001.png" and the like within the folder. */
ls_status ls_run_folder_path(const ls_run_folder *folder, const char *name,
                             char path[LS_PATH_CHARS]);

#endif
