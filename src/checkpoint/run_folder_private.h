/* The run folder's inside, shared by its files. */
#ifndef LOCKSTEP_CHECKPOINT_RUN_FOLDER_PRIVATE_H
#define LOCKSTEP_CHECKPOINT_RUN_FOLDER_PRIVATE_H

#include "layout.h"
#include "lockstep/checkpoint/run_folder.h"
#include "lockstep/io/files.h"

struct ls_run_folder {
    char path[LS_PATH_CHARS];                   /* train.out */
    char checkpoints[LS_PATH_CHARS];            /* the folder of that name in it */
    ls_comm *comm;                              /* borrowed */
    ls_lock *lock;                              /* rank 0; owned */
    ls_text timings;                            /* rank 0: timings.csv as it stands */
    char chosen[LS_PATH_CHARS];                 /* the checkpoint it began from; "" = none */
    char chosen_kernels[LS_BACKEND_TEXT_CHARS]; /* what computed that one */
    char saved[LS_PATH_CHARS];                  /* the last checkpoint; "" = none */
    ls_checkpoint_bytes best; /* rank 0: a best-*.h5 that could not be written yet; owned */
    int64_t best_step;        /* its step */
};

/* The first line of timings.csv. */
#define LS_TIMINGS_HEADER                                                                          \
    "epoch,step,ranks,seconds,images_per_second,comm_fraction,validation_seconds,"                 \
    "checkpoint_seconds,exchange_seconds\n"

/* One checkpoint file of a folder, by its name. */
typedef struct ls_checkpoint_file {
    char name[64];
    int64_t step; /* INT64_MAX for a link that leads nowhere, -1 for a last.h5 that is a copy */
    bool best;
} ls_checkpoint_file;

/* Newest first. */
typedef struct ls_checkpoint_files {
    int count;
    ls_checkpoint_file *file; /* owned */
} ls_checkpoint_files;

/* All local, for rank 0. */
bool ls_run_folder_leads(const ls_run_folder *folder);
/* The checkpoint files of a folder, whole or not. Owner: the caller, ls_free(files->file). */
ls_status ls_checkpoint_files_find(const char *checkpoints, ls_checkpoint_files *files);
/* "step-00000300.h5", "best-00000300.h5" within the run folder's checkpoints. */
ls_status ls_checkpoint_file_path(const ls_run_folder *folder, bool best, int64_t step,
                                  char path[LS_PATH_CHARS]);
/* Makes `link` (last.h5, best.h5) name the checkpoint `target` beside it; replaced by rename. Where
 * links are not possible it becomes a copy. */
ls_status ls_checkpoint_file_link(const ls_run_folder *folder, const char *link,
                                  const char *target);
/* The seal, then the head: whether a file is a whole checkpoint, and what it is. */
ls_status ls_checkpoint_file_probe(const char *path, ls_checkpoint_head *head);
/* Whether `path` is a file of the run folder's own checkpoints; *name: its name there. */
bool ls_run_folder_owns(const ls_run_folder *folder, const char *path, char name[LS_PATH_CHARS]);

#endif
