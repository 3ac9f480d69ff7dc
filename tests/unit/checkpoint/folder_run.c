/* The small run in a run folder. */
#include "folder_run.h"

#include "lockstep/io/files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char root[LS_PATH_CHARS];
char out[LS_PATH_CHARS];
char at[LS_PATH_CHARS];
char chosen[LS_PATH_CHARS];
ls_checkpoint_head head;
ls_comm *self;
ls_run_folder *folder;
small_run run;

int begin_test(void **state)
{
    (void)state;
    scratch_make(root);
    snprintf(out, sizeof out, "%s", in_folder(root, "run"));
    snprintf(at, sizeof at, "%s", in_folder(out, "checkpoints"));
    small_run_create(&run, out);
    return ls_comm_self(&self) == LS_OK ? 0 : -1;
}

int end_test(void **state)
{
    (void)state;
    ls_run_folder_close(folder);
    folder = NULL;
    small_run_destroy(&run);
    ls_comm_finish(self);
    scratch_remove(root);
    return 0;
}

/* --- steps of a run --------------------------------------------------------------------------- */

ls_status choose_digest(uint64_t digest)
{
    if (folder == NULL) {
        assert_int_equal(ls_run_folder_open(&folder, run.config.train_out, self), LS_OK);
    }
    return ls_run_folder_choose(folder, &run.config, digest, chosen, &head);
}

ls_status choose(void)
{
    return choose_digest(DATA_DIGEST);
}

void start_at(int64_t step, int64_t best_step)
{
    assert_int_equal(choose(), LS_OK);
    if (step == 0) {
        assert_string_equal(chosen, "");
        small_run_advance(&run, 0, 0);
    } else {
        small_run_advance(&run, 999, 0);
        assert_int_equal(ls_checkpoint_read(chosen, &run.state, self), LS_OK);
        small_run_require(&run, step, best_step);
        assert_int_equal(head.progress.step, step);
    }
    assert_int_equal(ls_run_folder_settle(folder, &run.state), LS_OK);
}

void end_run(void)
{
    ls_run_folder_close(folder);
    folder = NULL;
}

void save_at(int64_t step, int64_t best_step)
{
    small_run_advance(&run, step, best_step);
    if (step == best_step) {
        assert_int_equal(ls_run_folder_save_best(folder, &run.state), LS_OK);
    }
    assert_int_equal(ls_run_folder_save(folder, &run.state), LS_OK);
    if (step % STEPS_PER_EPOCH == 0) {
        char name[64];
        ls_timing_row row = {.epoch = step / STEPS_PER_EPOCH, .step = step, .ranks = 1};
        assert_int_equal(ls_run_folder_write_metrics(folder, &run.state.history, ls_task_at(0)),
                         LS_OK);
        assert_int_equal(ls_run_folder_add_timing(folder, &row), LS_OK);
        snprintf(name, sizeof name, "images/epoch-%04d.png", (int)(step / STEPS_PER_EPOCH));
        write_text(in_folder(out, name), "a picture");
    }
}

void make_run(void)
{
    run.config.train_keep = 3;
    start_at(0, 0);
    save_at(10, 10);
    save_at(20, 10);
    save_at(25, 10);
    end_run();
}

bool exists(const char *name)
{
    struct stat status;
    return lstat(in_folder(at, name), &status) == 0;
}

bool leads_to(const char *link, const char *target)
{
    char name[256] = "";
    return readlink(in_folder(at, link), name, sizeof name - 1) > 0 && strcmp(name, target) == 0;
}

bool log_says(const char *word)
{
    return file_contains(in_folder(out, "log.txt"), word);
}
