/* Proves on any number of ranks, on one host and on two that are made up (ranks with even and with
 * odd numbers, which then share no memory and send messages): sums through shared memory are those
 * of plain sums, words included, for counts around every edge (none, a block, a part for each
 * rank), time after time in the same memory; fixed point becomes float32 with one rounding; of a
 * rank that is late, others add what it said stands, and no more; and it does not see what a fast
 * one writes next; spans whose sums are made out of what ranks show are made once, by whoever.
 * Where one rank's memory can't be had, all ranks say so and none is left waiting.
 */
#include "unit/cmocka_all.h"

#include "comm/comm_private.h"
#include "lockstep/comm/shared_sum.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define WORDS 5

static ls_comm *one_host, *two_hosts;
static int rank, size;

static int64_t integer_of(int who, int round, size_t i)
{
    return (int64_t)i * 1000003 + (int64_t)who * 7919 - (int64_t)round * 104729 - (1 << 20);
}

static int64_t integer_sum(int round, size_t i)
{
    int64_t sum = 0;
    for (int r = 0; r < size; r++) {
        sum += integer_of(r, round, i);
    }
    return sum;
}

static void to_float(int64_t count, const int64_t *values, float *out)
{
    for (int64_t i = 0; i < count; i++) {
        out[i] = (float)values[i];
    }
}

/* Small integers: float32 sums of them are exact. */
static float float_of(int who, int round, size_t i)
{
    return (float)(i % 1000 + (size_t)who * 10 + (size_t)round);
}

static void fill_words(ls_shared_sum *sum, int round)
{
    int64_t *words = ls_shared_sum_words(sum);
    for (size_t i = 0; i < WORDS; i++) {
        words[i] = integer_of(rank, round, i);
    }
}

static void fill(ls_shared_sum *sum, bool fixed, int round, size_t low, size_t high)
{
    for (size_t i = low; i < high; i++) {
        if (fixed) {
            ((int64_t *)ls_shared_sum_values(sum))[i] = integer_of(rank, round, i);
        } else {
            ((float *)ls_shared_sum_values(sum))[i] = float_of(rank, round, i);
        }
    }
}

static void check(const ls_shared_sum *sum, bool fixed, int round, size_t count)
{
    const float *result = ls_shared_sum_result(sum);
    for (size_t i = 0; i < WORDS; i++) {
        assert_true(ls_shared_sum_words(sum)[i] == integer_sum(round, i));
    }
    for (size_t i = 0; i < count; i++) {
        float expected = 0;
        for (int r = 0; r < size; r++) {
            expected += float_of(r, round, i);
        }
        expected = fixed ? (float)integer_sum(round, i) : expected;
        assert_true(result[i] == expected);
    }
}

/* The last rank is late in every second round, the first in the others. */
static void be_late(int round)
{
    if (rank == (round % 2 == 0 ? size - 1 : 0)) {
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
}

/* The spans that are made, of `count` values: two with nothing between them, and one apart. */
enum { SPANS = 3 };

static void spans_of(size_t count, ls_span spans[SPANS])
{
    size_t third = count / 3;
    spans[0] = (ls_span){count - third / 2, count};
    spans[1] = (ls_span){count - third, spans[0].low};
    spans[2] = (ls_span){third / 3, third};
}

/* What a rank shows instead of addends: its round, and how often it has made a sum. */
typedef struct shown {
    int round, made;
} shown;

typedef struct maker {
    ls_shared_sum *sum;
    int round;
    bool final;
    ls_span spans[SPANS];
} maker;

static void make(void *context, size_t low, int64_t *totals, float *sums)
{
    const maker *m = context;
    int k = 0;
    while (m->spans[k].low != low) {
        k++;
        assert_true(k < SPANS);
    }
    assert_true((sums != NULL) == m->final);
    for (size_t i = low; i < m->spans[k].high; i++) {
        totals[i] = 0;
        for (int r = 0; r < ls_shared_sum_ranks(m->sum); r++) {
            const shown *from = ls_shared_sum_room(m->sum, r);
            assert_int_equal(from->round, m->round);
            int who = r * (m->final ? 1 : 2) + (m->final ? 0 : rank % 2); /* of two hosts */
            totals[i] += integer_of(who, m->round, i);
        }
        if (sums != NULL) {
            sums[i] = (float)totals[i];
        }
    }
    shown *mine = ls_shared_sum_room(m->sum, ls_shared_sum_rank(m->sum));
    mine->made++;
}

/* Several rounds with one sum. m: NULL, or some sums are made. */
static void run_rounds(ls_shared_sum *sum, bool fixed, size_t count, maker *m)
{
    shown *mine = m != NULL ? ls_shared_sum_room(sum, ls_shared_sum_rank(sum)) : NULL;
    for (int round = 0; round < 4; round++) {
        size_t third = count / 3;
        if (m != NULL) {
            m->round = mine->round = round;
        }
        fill(sum, fixed, round, 2 * third, count);
        ls_shared_sum_stand(sum, 2 * third);
        be_late(round); /* others may add what stands, and nothing else */
        fill(sum, fixed, round, third, 2 * third);
        ls_shared_sum_stand(sum, third);
        be_late(round);
        fill(sum, fixed, round, 0, third);
        ls_shared_sum_stand(sum, 0);
        be_late(round);
        fill_words(sum, round);
        assert_int_equal(ls_shared_sum_run(sum), LS_OK);
        be_late(round + 1);
        check(sum, fixed, round, count);
    }
}

static void check_count(ls_comm *comm, bool fixed, size_t count)
{
    ls_shared_sum *sum;
    assert_int_equal(ls_shared_sum_create(&sum, comm, WORDS, count, fixed ? to_float : NULL, NULL),
                     LS_OK);
    assert_true((uintptr_t)ls_shared_sum_words(sum) % 64 == 0); /* whole cache lines */
    assert_true((uintptr_t)ls_shared_sum_values(sum) % 64 == 0);
    assert_true((uintptr_t)ls_shared_sum_result(sum) % 64 == 0);
    run_rounds(sum, fixed, count, NULL);
    ls_shared_sum_destroy(sum);
}

static void check_made(ls_comm *comm, size_t count)
{
    maker m = {.final = ls_comm_hosts(comm) == 1};
    spans_of(count, m.spans);
    const ls_shared_making making = {
        .room = sizeof(shown), .count = SPANS, .spans = m.spans, .make = make, .context = &m};
    assert_int_equal(ls_shared_sum_create(&m.sum, comm, WORDS, count, to_float, &making), LS_OK);
    assert_true((uintptr_t)ls_shared_sum_room(m.sum, 0) % 64 == 0);
    run_rounds(m.sum, true, count, &m);
    int made = 0;
    for (int r = 0; r < ls_shared_sum_ranks(m.sum); r++) {
        made += ((const shown *)ls_shared_sum_room(m.sum, r))->made;
    }
    assert_int_equal(made, 4 * SPANS);
    ls_shared_sum_destroy(m.sum);
}

static void check_counts(ls_comm *comm)
{
    const size_t counts[] = {0, 1, 1023, 1024, 1025, 4097, 100003};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check_count(comm, true, counts[i]);
        check_count(comm, false, counts[i]);
    }
    check_made(comm, 30);
    check_made(comm, 100003);
}

static void sums_on_one_host(void **state)
{
    (void)state;
    assert_int_equal(ls_comm_hosts(one_host), 1);
    check_counts(one_host);
}

static void sums_between_hosts(void **state)
{
    (void)state;
    assert_int_equal(ls_comm_hosts(two_hosts), size > 1 ? 2 : 1);
    check_counts(two_hosts);
}

static ls_status create_without_files(int who, ls_shared_sum **sum)
{
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = (struct rlimit){rank == who ? 0 : before.rlim_cur, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    ls_status status = ls_shared_sum_create(sum, one_host, WORDS, 100003, to_float, NULL);
    setrlimit(RLIMIT_NOFILE, &before);
    return status;
}

/* The first rank can't make the memory, or the last one can't open it. */
static void one_rank_without_memory_fails_for_all(void **state)
{
    (void)state;
    for (int who = 0; who<size; who += size> 1 ? size - 1 : 1) {
        ls_shared_sum *sum = NULL;
        assert_int_equal(create_without_files(who, &sum), LS_BAD_INPUT);
        assert_null(sum);
        assert_non_null(strstr(ls_error_message(), who == 0 ? "can't share" : "can't open"));
        assert_non_null(strstr(ls_error_message(), "comm.reduce=flat"));
    }
    check_count(one_host, true, 1025);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_on_one_host),
        cmocka_unit_test(sums_between_hosts),
        cmocka_unit_test(one_rank_without_memory_fails_for_all),
    };
    if (ls_comm_start(&argc, &argv, &one_host) != LS_OK) {
        return 1;
    }
    rank = ls_comm_rank(one_host);
    size = ls_comm_size(one_host);
    MPI_Comm part;
    MPI_Comm_split(one_host->handle, rank % 2, rank, &part);
    if (ls_comm_divided(&two_hosts, one_host, &part) != LS_OK) {
        return 1;
    }
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_finish(two_hosts);
    ls_comm_finish(one_host);
    return failures;
}
