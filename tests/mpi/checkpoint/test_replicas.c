/* Proves of the comparison of replicas on any number of ranks: one bit of one rank's weights, of a
 * moment, of the state block, of the history or of the progress is found by all, and that rank and
 * its host alone are named where the others are a majority; healing gives it back what those have,
 * bit for bit, and says so; where there is no majority all are named and nothing is changed. */
#include "unit/checkpoint/small_run.h"

#include "lockstep/base/log.h"
#include "lockstep/checkpoint/replicas.h"
#include "lockstep/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ls_comm *world;
static int rank, size;
static small_run run;
static char folder[LS_PATH_CHARS]; /* of rank 0 */

static void flip(void *value)
{
    unsigned char *byte = value;
    *byte ^= 1; /* the lowest bit of a number, as memory is little endian */
}

/* What may differ: the first and last weight, both moments, the last of the state, the last epoch's
 * row, and each word of the progress. */
#define BLOCKS 6
static int place_count(void)
{
    return BLOCKS + (int)(sizeof(ls_progress) / sizeof(int64_t));
}

static void disturb(int place)
{
    int64_t last = ls_model_parameter_count(run.model) - 1;
    switch (place) {
    case 0:
        flip(ls_model_parameters(run.model));
        break;
    case 1:
        flip(ls_model_parameters(run.model) + last);
        break;
    case 2:
        flip(run.moment[0] + last / 2);
        break;
    case 3:
        flip(run.moment[1] + last);
        break;
    case 4:
        flip(&run.state.history.rows[run.state.history.count - 1].val_measure);
        break;
    case 5:
        flip(ls_model_state(run.model) + ls_model_state_count(run.model) - 1);
        break;
    default:
        flip((int64_t *)(void *)&run.state.progress + (place - BLOCKS));
        break;
    }
}

static void expect_named(int who, bool named)
{
    char expected[300];
    snprintf(expected, sizeof expected, "rank %d on %s", who, ls_comm_host_of(world, who));
    if ((strstr(ls_error_message(), expected) != NULL) != named) {
        fail_msg("rank %d is %snamed: %s", who, named ? "not " : "", ls_error_message());
    }
}

/* The ranks from `first` on, `count` of them, differ from the others in the same bit. */
static void start(int place, int first, int count)
{
    small_run_advance(&run, 27, 20);
    if (rank >= first && rank < first + count) {
        disturb(place);
    }
}

static void equal_ones_pass(void **state)
{
    (void)state;
    start(0, size, 0);
    assert_int_equal(ls_replicas_require_equal(&run.state, world), LS_OK);
    assert_int_equal(ls_replicas_heal(&run.state, world), LS_OK);
    small_run_require(&run, 27, 20);
    start(0, 0, size); /* all alike, whatever it is */
    assert_int_equal(ls_replicas_require_equal(&run.state, world), LS_OK);
}

static void one_bit_is_found_and_named(void **state)
{
    (void)state;
    for (int place = 0; place < place_count(); place++) {
        int who = place % size;
        start(place, who, 1);
        ls_status status = ls_replicas_require_equal(&run.state, world);
        assert_int_equal(status, size > 1 ? LS_DIVERGED : LS_OK);
        for (int r = 0; r < size && size > 1; r++) {
            expect_named(r, size == 2 || r == who);
        }
        if (rank == who) {
            disturb(place); /* gives it back: looking has changed nothing */
        }
        small_run_require(&run, 27, 20);
    }
}

static void every_rank_can_be_the_odd_one(void **state)
{
    (void)state;
    for (int who = 0; who < size && size > 2; who++) {
        start(2, who, 1);
        assert_int_equal(ls_replicas_require_equal(&run.state, world), LS_DIVERGED);
        assert_non_null(strstr(ls_error_message(), "differ from all others"));
        for (int r = 0; r < size; r++) {
            expect_named(r, r == who);
        }
    }
}

static void the_majority_heals(void **state)
{
    (void)state;
    char log[LS_PATH_CHARS] = "", expected[300];
    if (rank == 0) {
        snprintf(log, sizeof log, "%s", in_folder(folder, "log"));
        write_text(log, "");
    }
    assert_int_equal(ls_log_open(log), LS_OK);
    ls_log_quiet(true);
    for (int place = 0; place < place_count() && size > 2; place++) {
        int who = (place + 1) % size;
        start(place, who, 1);
        assert_int_equal(ls_replicas_heal(&run.state, world), LS_OK);
        small_run_require(&run, 27, 20);
        assert_int_equal(ls_replicas_require_equal(&run.state, world), LS_OK);
        snprintf(expected, sizeof expected, "rank %d on %s differed", who,
                 ls_comm_host_of(world, who));
        assert_true(rank != 0 || file_contains(log, expected));
        if (rank == 0) {
            write_text(log, "");
        }
    }
    assert_int_equal(ls_log_open(NULL), LS_OK);
}

/* Rows that a rank lacks can't be taken over: nothing is changed. */
static void a_missing_epoch_is_not_healed(void **state)
{
    (void)state;
    start(0, size, 0);
    run.state.history.count -= rank == size - 1;
    assert_int_equal(ls_replicas_require_equal(&run.state, world), size > 1 ? LS_DIVERGED : LS_OK);
    assert_int_equal(ls_replicas_heal(&run.state, world), size > 1 ? LS_DIVERGED : LS_OK);
    if (size > 2) {
        assert_non_null(strstr(ls_error_message(), "from 1 to 2 epochs behind them"));
    }
    run.state.history.count += rank == size - 1;
    small_run_require(&run, 27, 20);
}

static void require_no_majority(void)
{
    assert_int_equal(ls_replicas_require_equal(&run.state, world), LS_DIVERGED);
    assert_int_equal(ls_replicas_heal(&run.state, world), LS_DIVERGED);
    assert_non_null(strstr(ls_error_message(), "agree with no majority"));
    for (int r = 0; r < size; r++) {
        expect_named(r, true);
    }
}

static void without_a_majority_nothing_is_healed(void **state)
{
    (void)state;
    if (size == 2 || size == 4) {
        start(0, size / 2, size / 2); /* 1 : 1, 2 : 2 */
        require_no_majority();
        if (rank >= size / 2) {
            disturb(0);
        }
        small_run_require(&run, 27, 20); /* neither half took over anything */
    }
    if (size > 2) {
        start(rank, 0, size); /* each in another place */
        require_no_majority();
        disturb(rank);
        small_run_require(&run, 27, 20);
    }
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &world) != LS_OK) {
        return EXIT_FAILURE;
    }
    rank = ls_comm_rank(world);
    size = ls_comm_size(world);
    if (rank == 0) {
        scratch_make(folder);
    }
    small_run_create(&run, "unused");
    assert_true(ls_model_state_count(run.model) > 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_ones_pass),
        cmocka_unit_test(one_bit_is_found_and_named),
        cmocka_unit_test(every_rank_can_be_the_odd_one),
        cmocka_unit_test(the_majority_heals),
        cmocka_unit_test(a_missing_epoch_is_not_healed),
        cmocka_unit_test(without_a_majority_nothing_is_healed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    small_run_destroy(&run);
    if (rank == 0) {
        scratch_remove(folder);
    }
    ls_comm_finish(world);
    return failed;
}
