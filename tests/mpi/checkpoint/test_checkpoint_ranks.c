/* Proves of checkpoints on any number of ranks: what n ranks write, one rank reads, and what one
 * writes, n read; the files differ in /run alone; ranks whose values differ save nothing and say
 * so; a folder that cannot be written fails on all ranks alike and leaves nothing behind; resuming
 * is decided once for all ranks. With an argument: the parallel driver must have failed, and rank 0
 * must have written alone and said so. */
#include "unit/checkpoint/small_run.h"

#include "lockstep/base/log.h"
#include "lockstep/io/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ls_comm *world, *self;
static char folder[LS_PATH_CHARS]; /* the same on every rank */
static small_run run;
static bool parallel_fails;

static bool is_first(void)
{
    return ls_comm_rank(world) == 0;
}

static int begin(void **state)
{
    (void)state;
    if (is_first()) {
        scratch_make(folder);
    }
    if (ls_comm_broadcast(world, folder, sizeof folder, 0) != LS_OK) {
        return -1;
    }
    small_run_create(&run, in_folder(folder, "run"));
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_run_destroy(&run);
    ls_comm_barrier(world);
    if (is_first()) {
        scratch_remove(folder);
    }
    return ls_comm_barrier(world) == LS_OK ? 0 : -1;
}

static void require_read(const char *path, ls_comm *comm)
{
    small_run_advance(&run, 999, 0);
    assert_int_equal(ls_checkpoint_read(path, &run.state, comm), LS_OK);
    small_run_require(&run, 27, 20);
}

static void written_by_many_read_by_one_and_back(void **state)
{
    (void)state;
    char together[LS_PATH_CHARS], alone[LS_PATH_CHARS], log[LS_PATH_CHARS];
    snprintf(together, sizeof together, "%s", in_folder(folder, "together.h5"));
    snprintf(alone, sizeof alone, "%s", in_folder(folder, "alone.h5"));
    snprintf(log, sizeof log, "%s", in_folder(folder, "log.txt"));
    assert_int_equal(ls_log_open(log), LS_OK);
    small_run_advance(&run, 27, 20);
    assert_int_equal(ls_checkpoint_write(together, &run.state, world), LS_OK);
    if (is_first()) {
        assert_int_equal(ls_checkpoint_write(alone, &run.state, self), LS_OK);
        assert_int_equal(ls_checkpoint_check(together), LS_OK);
        assert_true(!ls_file_exists(in_folder(folder, ".together.h5.partial")));
        bool fell_back = file_contains(log, "rank 0 writes the checkpoints alone");
        assert_int_equal(fell_back, parallel_fails && ls_comm_size(world) > 1);
    }
    assert_int_equal(ls_comm_barrier(world), LS_OK);
    require_read(together, self);
    require_read(together, world);
    require_read(alone, world);
    assert_int_equal(ls_log_open(NULL), LS_OK);
    if (is_first() && system("command -v h5diff > /dev/null") == 0) {
        char command[2 * LS_PATH_CHARS + 64];
        snprintf(command, sizeof command, "h5diff --exclude-path /run '%s' '%s'", together, alone);
        assert_int_equal(system(command), 0);
    }
}

static void different_replicas_are_not_saved(void **state)
{
    (void)state;
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", in_folder(folder, "differ.h5"));
    small_run_advance(&run, 27, 20);
    if (ls_comm_size(world) > 1 && ls_comm_rank(world) == ls_comm_size(world) - 1) {
        run.moment[0][3] = nextafterf(run.moment[0][3], 1.0F);
    }
    ls_status status = ls_checkpoint_write(path, &run.state, world);
    assert_int_equal(status, ls_comm_size(world) > 1 ? LS_DIVERGED : LS_OK);
    assert_int_equal(ls_file_exists(path), status == LS_OK);
}

static void a_failure_is_everybodys(void **state)
{
    (void)state;
    small_run_advance(&run, 27, 20);
    ls_status status =
        ls_checkpoint_write(in_folder(folder, "no-such-folder/a.h5"), &run.state, world);
    assert_int_equal(ls_status_exit_code(status) == 0, 0);
    assert_non_null(strstr(ls_error_message(), "no-such-folder"));
    int64_t lowest = status, highest = status;
    assert_int_equal(ls_comm_min_i64(world, &lowest, 1), LS_OK);
    assert_int_equal(ls_comm_max_i64(world, &highest, 1), LS_OK);
    assert_int_equal(lowest, highest);
}

static void run_folder_goes_on(void **state)
{
    (void)state;
    static ls_checkpoint_head head;
    char path[LS_PATH_CHARS] = "";
    ls_run_folder *open;
    assert_int_equal(ls_run_folder_open(&open, run.config.train_out, world), LS_OK);
    assert_int_equal(ls_run_folder_choose(open, &run.config, DATA_DIGEST, path, &head), LS_OK);
    assert_string_equal(path, "");
    small_run_advance(&run, 0, 0);
    assert_int_equal(ls_run_folder_settle(open, &run.state), LS_OK);
    for (int64_t step = 10; step <= 30; step += 10) {
        small_run_advance(&run, step, 10);
        if (step == 10) {
            assert_int_equal(ls_run_folder_save_best(open, &run.state), LS_OK);
        }
        assert_int_equal(ls_run_folder_save(open, &run.state), LS_OK);
    }
    ls_run_folder_close(open);
    assert_int_equal(ls_comm_barrier(world), LS_OK);
    if (is_first()) {
        flip_bit(in_folder(run.config.train_out, "checkpoints/step-00000030.h5"), 3000);
    }
    assert_int_equal(ls_run_folder_open(&open, run.config.train_out, world), LS_OK);
    assert_int_equal(ls_run_folder_choose(open, &run.config, DATA_DIGEST, path, &head), LS_OK);
    assert_non_null(strstr(path, "step-00000020.h5"));
    assert_int_equal(head.progress.step, 20);
    assert_int_equal(head.ranks, ls_comm_size(world));
    assert_int_equal(ls_checkpoint_read(path, &run.state, world), LS_OK);
    small_run_require(&run, 20, 10);
    assert_int_equal(ls_run_folder_settle(open, &run.state), LS_OK);

    run.config.train_batch = 48;
    ls_status status = ls_run_folder_choose(open, &run.config, DATA_DIGEST, path, &head);
    assert_int_equal(status, LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "train.batch"));
    ls_run_folder_close(open);
}

int main(int argc, char **argv)
{
    parallel_fails = argc > 1;
    if (ls_comm_start(&argc, &argv, &world) != LS_OK || ls_comm_self(&self) != LS_OK) {
        return 1;
    }
    ls_log_identify(ls_comm_rank(world));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(written_by_many_read_by_one_and_back, begin, end),
        cmocka_unit_test_setup_teardown(different_replicas_are_not_saved, begin, end),
        cmocka_unit_test_setup_teardown(a_failure_is_everybodys, begin, end),
        cmocka_unit_test_setup_teardown(run_folder_goes_on, begin, end),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_finish(self);
    ls_comm_finish(world);
    return failed;
}
