/* Proves that SIGKILL at any moment of saving leaves a folder that goes on from the last step that
 * was reported as saved, or a later one, with the exact state of that step, and with nothing
 * temporary in it: a child saves step after step, the parent kills it after a random time. */
#include "unit/checkpoint/small_run.h"

#include "lockstep/io/files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS 25

static char out[LS_PATH_CHARS];

/* The best comes with every third step. */
static int64_t best_of(int64_t step)
{
    return step - step % 3;
}

/* Goes on from what the folder holds. Returns the step. */
static int64_t start(small_run *run, ls_run_folder **folder, ls_comm *comm)
{
    static ls_checkpoint_head head;
    char path[LS_PATH_CHARS];
    assert_int_equal(ls_run_folder_open(folder, out, comm), LS_OK);
    assert_int_equal(ls_run_folder_choose(*folder, &run->config, DATA_DIGEST, path, &head), LS_OK);
    small_run_advance(run, 0, 0);
    if (path[0] != '\0') {
        assert_int_equal(ls_checkpoint_read(path, &run->state, comm), LS_OK);
    }
    int64_t step = run->state.progress.step;
    if (step > 0) {
        small_run_require(run, step, best_of(step));
    }
    assert_int_equal(ls_run_folder_settle(*folder, &run->state), LS_OK);
    return step;
}

static void report_step(int report, int64_t step)
{
    assert_int_equal(write(report, &step, sizeof step), sizeof step);
}

/* The child: saves until it is killed, and reports the step it goes on from and each saved one. */
static void save_for_ever(int report)
{
    small_run run;
    ls_run_folder *folder;
    ls_comm *comm;
    assert_int_equal(ls_comm_self(&comm), LS_OK);
    small_run_create(&run, out);
    int64_t step = start(&run, &folder, comm);
    report_step(report, step);
    for (;;) {
        step++;
        small_run_advance(&run, step, best_of(step));
        if (step == best_of(step)) {
            assert_int_equal(ls_run_folder_save_best(folder, &run.state), LS_OK);
        }
        assert_int_equal(ls_run_folder_save(folder, &run.state), LS_OK);
        report_step(report, step);
    }
}

/* Lets a child save for a while: from its beginning, or once it has begun. Returns the last step it
 * reported, or `step` if none. */
static int64_t kill_one(int64_t step, bool has_begun, useconds_t pause)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        save_for_ever(ends[1]);
        _exit(1);
    }
    close(ends[1]);
    if (has_begun) {
        assert_int_equal(read(ends[0], &step, sizeof step), sizeof step);
    }
    usleep(pause);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it had not failed by itself */
    while (read(ends[0], &step, sizeof step) == sizeof step) {
    }
    close(ends[0]);
    return step;
}

static void require_clean(void)
{
    ls_names names;
    assert_int_equal(ls_folder_list(in_folder(out, "checkpoints"), &names), LS_OK);
    for (int i = 0; i < names.count; i++) {
        assert_true(names.name[i][0] != '.');
        assert_int_equal(
            ls_checkpoint_check(in_folder(in_folder(out, "checkpoints"), names.name[i])), LS_OK);
    }
    ls_names_free(&names);
}

static void nothing_is_lost(void **state)
{
    (void)state;
    char root[LS_PATH_CHARS];
    ls_comm *comm;
    int64_t reported = 0;
    scratch_make(root);
    snprintf(out, sizeof out, "%s", in_folder(root, "run"));
    assert_int_equal(ls_comm_self(&comm), LS_OK);
    srandom(1);
    for (int i = 0; i < KILLS; i++) {
        reported = kill_one(reported, i % 4 != 0, (useconds_t)(random() % 100000));
        small_run run;
        ls_run_folder *folder;
        small_run_create(&run, out);
        int64_t step = start(&run, &folder, comm);
        assert_true(step >= reported);
        require_clean();
        ls_run_folder_close(folder);
        small_run_destroy(&run);
    }
    assert_true(reported > 5); /* the kills fell on saving, not on starting */
    ls_comm_finish(comm);
    scratch_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
