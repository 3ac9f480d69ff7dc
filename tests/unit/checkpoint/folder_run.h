/* The small run in a run folder, on one rank: what its tests share. */
#ifndef LOCKSTEP_TESTS_FOLDER_RUN_H
#define LOCKSTEP_TESTS_FOLDER_RUN_H

#include "small_run.h"

/* Of each test: a folder, train.out in it, and the checkpoints in that. */
extern char root[LS_PATH_CHARS];
extern char out[LS_PATH_CHARS];
extern char at[LS_PATH_CHARS];
extern char chosen[LS_PATH_CHARS]; /* what ls_run_folder_choose chose, and its head */
extern ls_checkpoint_head head;
extern ls_comm *self;
extern ls_run_folder *folder; /* NULL: not open */
extern small_run run;

int begin_test(void **state);
int end_test(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, end_test)

ls_status choose_digest(uint64_t digest);
ls_status choose(void);
/* What a trainer does before its first step; fails unless it goes on from (step, best_step). */
void start_at(int64_t step, int64_t best_step);
/* What a trainer does at an epoch's end. */
void save_at(int64_t step, int64_t best_step);
void end_run(void);
/* Steps 10 (best), 20, 25: an epoch, an epoch that was no better, the middle of the third. */
void make_run(void);

/* Of the checkpoints. */
bool exists(const char *name);
bool leads_to(const char *link, const char *target);
bool log_says(const char *word);

#endif
