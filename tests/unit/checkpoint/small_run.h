/* A run of a small network without training: its state after step s is a known function of s, so
 * that what comes out of a checkpoint is compared with what must be in it. Shared by the tests of
 * checkpoints alone, on several ranks, and under faults. */
#ifndef LOCKSTEP_TESTS_SMALL_RUN_H
#define LOCKSTEP_TESTS_SMALL_RUN_H

#include "unit/cmocka_all.h"

#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/checkpoint/run_folder.h"

#define DATA_DIGEST     0xfedcba9876543210u
#define STEPS_PER_EPOCH 10

typedef struct small_run {
    ls_config config;
    ls_model *model;                 /* owned */
    ls_training_state state;         /* its history is owned */
    float *moment[LS_OPTIM_MOMENTS]; /* owned */
} small_run;

/* Adam; everything zero. `out`: train.out. Fails the test on an error. */
void small_run_create(small_run *run, const char *out);
void small_run_destroy(small_run *run);
/* Parameters, moments, state, progress and history as they are after `step`; the best is that of
 * `best_step` (0 = none yet). */
void small_run_advance(small_run *run, int64_t step, int64_t best_step);
/* Fails the test unless the state is that of (step, best_step). */
void small_run_require(small_run *run, int64_t step, int64_t best_step);

/* Fails the test unless both say the same. */
void require_same_config(const ls_config *a, const ls_config *b);

/* A new folder under TMPDIR or /tmp; and its removal with all that is in it. */
void scratch_make(char path[LS_PATH_CHARS]);
void scratch_remove(const char *path);
/* "folder/name"; a borrowed buffer that the fourth next call overwrites. */
const char *in_folder(const char *folder, const char *name);
/* Whether a text file contains `word`. */
bool file_contains(const char *path, const char *word);
void write_text(const char *path, const char *text);
/* Inverts one bit; cuts to `bytes`. */
void flip_bit(const char *path, int64_t offset);
void cut_file(const char *path, int64_t bytes);
int64_t size_of(const char *path);

#endif
