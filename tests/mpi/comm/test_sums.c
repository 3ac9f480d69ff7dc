/* Proves on any number of ranks: sums of fixed point that come back as float32 are those of plain
 * sums, for counts around every edge of the ring (its least, no multiple of the ranks, more than
 * goes round at once), each value converted once and nothing beside the values touched; and that
 * exchanges of many large items and sums, one right after the other, are never taken for each
 * other; that sums on their way, more of them than go at a time and with other sums in between, are
 * those of plain sums once they are waited for. */
#include "unit/cmocka_all.h"

#include "comm/comm_private.h"

#include <stdlib.h>
#include <string.h>

#define MARGIN 3 /* values on either side that must stay as they are */

static ls_comm *comm;
static int rank, size;

/* A value's own bits by where it stands (the finalizer of SplitMix64, Steele et al. 2014). */
static uint64_t mixed(int who, size_t i)
{
    uint64_t x = ((uint64_t)who << 40) + i + 1;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Of 61 bits, so that 4 ranks' sums stay in range, down to 5, for hundreds of values each: integers
 * of every width. */
static int64_t integer_of(int who, size_t i)
{
    int64_t wide = (int64_t)(mixed(who, i) >> 3) - (INT64_C(1) << 60);
    return wide >> (i / 700 % 8 * 8);
}

static int64_t integer_sum(size_t i)
{
    int64_t sum = 0;
    for (int r = 0; r < size; r++) {
        sum += integer_of(r, i);
    }
    return sum;
}

static void *allocate(size_t count, size_t item_bytes)
{
    void *memory = calloc(count + 2 * MARGIN, item_bytes);
    assert_non_null(memory);
    return memory;
}

/* Before and behind: as they were made, namely zero. */
static void require_margins(const void *memory, size_t count, size_t item_bytes)
{
    const char zeros[MARGIN * sizeof(int64_t)] = {0};
    assert_memory_equal(memory, zeros, MARGIN * item_bytes);
    assert_memory_equal((const char *)memory + (MARGIN + count) * item_bytes, zeros,
                        MARGIN * item_bytes);
}

static void check_integers(size_t count)
{
    int64_t *memory = allocate(count, sizeof *memory);
    int64_t *values = memory + MARGIN;
    for (size_t i = 0; i < count; i++) {
        values[i] = integer_of(rank, i);
    }
    assert_int_equal(ls_comm_sum_i64(comm, values, count), LS_OK);
    for (size_t i = 0; i < count; i++) {
        assert_true(values[i] == integer_sum(i));
    }
    require_margins(memory, count, sizeof *memory);
    free(memory);
}

static int64_t converted; /* values that to_float was asked for on this rank */

static void to_float(int64_t count, const int64_t *values, float *out)
{
    for (int64_t i = 0; i < count; i++) {
        out[i] = (float)((double)values[i] * 0x1p-44);
    }
    converted += count;
}

static void check_fixed(size_t count)
{
    int64_t *values = allocate(count, sizeof *values);
    float *memory = allocate(count, sizeof *memory);
    float *out = memory + MARGIN;
    for (size_t i = 0; i < count; i++) {
        values[i] = integer_of(rank, i);
    }
    converted = 0;
    assert_int_equal(ls_comm_sum_fixed(comm, values, count, to_float, out), LS_OK);
    int64_t all = converted;
    assert_int_equal(ls_comm_sum_i64(comm, &all, 1), LS_OK);
    /* By a ring each value is converted on one rank alone. */
    bool by_ring = size > 1 && ls_comm_ring_fits(comm, count);
    assert_true(all == (int64_t)count * (by_ring ? 1 : size));
    for (size_t i = 0; i < count; i++) {
        assert_true(out[i] == (float)((double)integer_sum(i) * 0x1p-44));
    }
    require_margins(memory, count, sizeof *memory);
    free(values);
    free(memory);
}

/* Counts on both sides of `edge`, and some that the ranks do not divide. */
static void check_around(size_t edge)
{
    size_t ranks = (size_t)size;
    const size_t counts[] = {edge - 1,         edge,
                             edge + 1,         edge + ranks - 1,
                             edge + ranks + 1, edge + LS_RING_PART_LEAST * ranks + 1};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check_fixed(counts[i]);
    }
}

/* Otherwise the test below would prove nothing of the ring. */
static void the_edges_are_edges(void **state)
{
    (void)state;
    size_t least = LS_RING_PART_LEAST * (size_t)size;
    assert_true(ls_comm_ring_fits(comm, least));
    assert_true(!ls_comm_ring_fits(comm, least - 1));
    assert_true(LS_RING_PART_LEAST * sizeof(int64_t) < LS_RING_ROOM_BYTES);
}

static void fixed_point(void **state)
{
    (void)state;
    size_t ranks = (size_t)size;
    size_t round = (LS_RING_ROOM_BYTES / sizeof(int64_t) - 1) * ranks; /* what goes round at once */
    check_fixed(0);
    for (size_t count = 1; count <= ranks + 1; count++) {
        check_fixed(count);
    }
    check_around(LS_RING_PART_LEAST * ranks);
    check_around(round);
    check_fixed(2 * round + 1);
}

/* Ranks with even and with odd numbers as if on two hosts, between which integers travel packed. */
static void fixed_point_between_hosts(void **state)
{
    (void)state;
    ls_comm *near = comm;
    MPI_Comm part;
    MPI_Comm_split(near->handle, rank % 2, rank, &part);
    assert_int_equal(ls_comm_divided(&comm, near, &part), LS_OK);
    assert_true(size == 1 || comm->packed != NULL);
    size_t round = (LS_RING_ROOM_FAR_BYTES / (sizeof(int64_t) + 1) - 1) * (size_t)size;
    check_around(LS_RING_PART_LEAST * (size_t)size);
    check_around(round);
    ls_comm_finish(comm);
    comm = near;
}

/* --- exchanges -------------------------------------------------------------------------------- */

#define ITEM_BYTES 3073 /* an image of CIFAR with its label */

/* Items from one rank to another: none, a few, or more than MPI sends without asking first. */
static int items_between(int from, int to, int round)
{
    return (from * 5 + to * 3 + round * 7) % 4 * (round % 3 == 2 ? 100 : 1);
}

static unsigned char byte_of(int from, int to, int number, size_t at)
{
    return (unsigned char)mixed(from * 64 + to, (size_t)number * ITEM_BYTES + at);
}

static void check_items(const unsigned char *data, int from, int to, int count)
{
    for (int i = 0; i < count; i++) {
        for (size_t at = 0; at < ITEM_BYTES; at++) {
            assert_int_equal(data[(size_t)i * ITEM_BYTES + at], byte_of(from, to, i, at));
        }
    }
}

static void check_exchange(int round)
{
    int send_counts[64], receive_counts[64];
    size_t sent = 0, received = 0;
    for (int r = 0; r < size; r++) {
        send_counts[r] = items_between(rank, r, round);
        receive_counts[r] = items_between(r, rank, round);
        sent += (size_t)send_counts[r];
        received += (size_t)receive_counts[r];
    }
    unsigned char *send = malloc(sent * ITEM_BYTES + 1);
    unsigned char *receive = malloc(received * ITEM_BYTES + 1);
    assert_non_null(send);
    assert_non_null(receive);
    unsigned char *to = send;
    for (int r = 0; r < size; r++) {
        for (int i = 0; i < send_counts[r]; i++) {
            for (size_t at = 0; at < ITEM_BYTES; at++) {
                *to++ = byte_of(rank, r, i, at);
            }
        }
    }
    receive[received * ITEM_BYTES] = 0xa5;
    assert_int_equal(ls_comm_exchange(comm, send, send_counts, receive, receive_counts, ITEM_BYTES),
                     LS_OK);
    const unsigned char *from = receive;
    for (int r = 0; r < size; r++) {
        check_items(from, r, rank, receive_counts[r]);
        from += (size_t)receive_counts[r] * ITEM_BYTES;
    }
    assert_int_equal(*from, 0xa5);
    free(send);
    free(receive);
}

/* Ranks that are ahead of others do not take one's messages for the other's. */
static void exchanges_and_sums_in_turn(void **state)
{
    (void)state;
    for (int round = 0; round < 12; round++) {
        check_exchange(round);
        check_integers(LS_RING_PART_LEAST * (size_t)size + (size_t)round);
    }
}

/* More than go at a time, in pieces of one array; another sum passes them. */
static void sums_on_their_way(void **state)
{
    (void)state;
    const size_t pieces = LS_STARTED_MAX + 7;
    const size_t length = 1001;
    int64_t *memory = allocate(pieces * length, sizeof *memory);
    float *floats = allocate(length, sizeof *floats);
    for (size_t i = 0; i < pieces * length; i++) {
        memory[MARGIN + i] = integer_of(rank, i);
    }
    for (size_t i = 0; i < length; i++) {
        floats[MARGIN + i] = (float)(rank + 1) * (float)i;
    }
    for (size_t k = 0; k < pieces; k++) {
        int64_t *piece = memory + MARGIN + k * length;
        assert_int_equal(ls_comm_start_sum_i64(comm, piece, length), LS_OK);
        assert_int_equal(ls_comm_progress(comm), LS_OK);
        if (k % 16 == 0) {
            int64_t one = 1;
            assert_int_equal(ls_comm_sum_i64(comm, &one, 1), LS_OK);
            assert_int_equal(one, size);
        }
    }
    assert_int_equal(ls_comm_start_sum_f32(comm, floats + MARGIN, length), LS_OK);
    assert_int_equal(ls_comm_finish_sums(comm), LS_OK);
    assert_int_equal(ls_comm_finish_sums(comm), LS_OK); /* nothing is left */
    for (size_t i = 0; i < pieces * length; i++) {
        assert_int_equal(memory[MARGIN + i], integer_sum(i));
    }
    const int numbers = size * (size + 1) / 2;
    for (size_t i = 0; i < length; i++) {
        assert_true(floats[MARGIN + i] == (float)numbers * (float)i);
    }
    require_margins(memory, pieces * length, sizeof *memory);
    require_margins(floats, length, sizeof *floats);
    free(memory);
    free(floats);
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    rank = ls_comm_rank(comm);
    size = ls_comm_size(comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edges_are_edges),       cmocka_unit_test(fixed_point),
        cmocka_unit_test(fixed_point_between_hosts), cmocka_unit_test(exchanges_and_sums_in_turn),
        cmocka_unit_test(sums_on_their_way),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_finish(comm);
    return failed;
}
