/* Proves on any number of ranks that sums of long arrays are the plain sums, wherever the way of
 * adding changes: fewer items than a ring is worth, counts that the ranks do not divide, more than
 * fits into one round, and a last round of less than an item a rank; and that every rank gets the
 * same bits of a float sum. */
#include "unit/cmocka_all.h"

#include "comm/comm_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ls_comm *comm;
static size_t rank, size;

/* Below 2^24 in all, so that float sums are exact in any order. */
static int64_t item(size_t who, size_t i)
{
    return (int64_t)((i * 2654435761u + who * 40503u) % 1000003u) - 500001 * (int64_t)(who % 2);
}

static int64_t sum_at(size_t i)
{
    int64_t sum = 0;
    for (size_t who = 0; who < size; who++) {
        sum += item(who, i);
    }
    return sum;
}

#define GUARD 777

static void check_i64(size_t count)
{
    int64_t *values = malloc((count + 1) * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++) {
        values[i] = item(rank, i) * (INT64_C(1) << 40);
    }
    values[count] = GUARD;
    assert_int_equal(ls_comm_sum_i64(comm, values, count), LS_OK);
    for (size_t i = 0; i < count; i++) {
        if (values[i] != sum_at(i) * (INT64_C(1) << 40)) {
            fail_msg("item %zu of %zu is wrong", i, count);
        }
    }
    assert_int_equal(values[count], GUARD);
    free(values);
}

static void check_f32(size_t count)
{
    float *values = malloc((count + 1) * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)item(rank, i);
    }
    values[count] = GUARD;
    assert_int_equal(ls_comm_sum_f32(comm, values, count), LS_OK);
    for (size_t i = 0; i < count; i++) {
        if (values[i] != (float)sum_at(i)) {
            fail_msg("item %zu of %zu is wrong", i, count);
        }
    }
    assert_true(values[count] == GUARD);
    free(values);
}

/* Around: below, at and above, and what the ranks do not divide. */
static void check_around(size_t count)
{
    for (size_t i = 0; i < size + 3; i++) {
        check_i64(count - 2 + i);
        check_f32(count - 2 + i);
    }
}

static void short_arrays(void **state)
{
    (void)state;
    for (size_t count = 0; count < 2 * size + 2; count++) {
        check_i64(count);
        check_f32(count);
    }
}

static void where_a_ring_begins(void **state)
{
    (void)state;
    size_t least = LS_RING_PART_LEAST * size;
    assert_true(size == 1 || !ls_comm_ring_fits(comm, least - 1));
    assert_true(ls_comm_ring_fits(comm, least));
    check_around(least);
}

static void where_a_second_round_begins(void **state)
{
    (void)state;
    check_around((LS_RING_ROOM_BYTES / sizeof(int64_t) - 1) * size);
    check_around((LS_RING_ROOM_BYTES / sizeof(float) - 1) * size);
    check_i64(3 * LS_RING_ROOM_BYTES / sizeof(int64_t) * size + 5);
    check_f32(3 * LS_RING_ROOM_BYTES / sizeof(float) * size + 5);
}

static void every_rank_gets_the_same_bits(void **state)
{
    (void)state;
    size_t count = LS_RING_PART_LEAST * size + 3;
    float *values = malloc(count * sizeof *values);
    int64_t *bits = calloc(count, sizeof *bits);
    int64_t *least = calloc(count, sizeof *least);
    assert_true(values != NULL && bits != NULL && least != NULL);
    for (size_t i = 0; i < count; i++) {
        values[i] = 1.0F / (float)(3 + i + 7 * rank);
    }
    assert_int_equal(ls_comm_sum_f32(comm, values, count), LS_OK);
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t who = 0; who < size; who++) {
            sum += 1.0 / (double)(3 + i + 7 * who);
        }
        assert_true(fabs((double)values[i] - sum) <= 0x1p-23 * (double)size * sum);
        memcpy(&bits[i], &values[i], sizeof values[i]);
        least[i] = bits[i];
    }
    assert_int_equal(ls_comm_min_i64(comm, least, count), LS_OK);
    assert_memory_equal(least, bits, count * sizeof *bits);
    free(values);
    free(bits);
    free(least);
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    rank = (size_t)ls_comm_rank(comm);
    size = (size_t)ls_comm_size(comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_arrays),
        cmocka_unit_test(where_a_ring_begins),
        cmocka_unit_test(where_a_second_round_begins),
        cmocka_unit_test(every_rank_gets_the_same_bits),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_finish(comm);
    return failed;
}
