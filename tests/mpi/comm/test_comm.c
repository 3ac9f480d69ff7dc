/* Proves on any number of ranks: broadcasts, integer reductions and exchanges give what their
 * definitions say, also where counts are zero; a failure on one rank becomes the same message on
 * all, and the worst of several failures wins with its own message; a request on any one rank stops
 * all.
 */
#include "unit/cmocka_all.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/request.h"
#include "lockstep/comm/comm.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ls_comm *comm;
static int rank, size;

static void broadcasts(void **state)
{
    (void)state;
    for (int root = 0; root < size; root++) {
        int value = rank == root ? 100 + root : -1;
        assert_int_equal(ls_comm_broadcast(comm, &value, sizeof value, root), LS_OK);
        assert_int_equal(value, 100 + root);
    }
}

static void reductions(void **state)
{
    (void)state;
    int64_t sum[2] = {rank, INT64_C(1) << 40};
    int64_t least[2] = {rank, -rank};
    int64_t most[2] = {rank, -rank};
    assert_int_equal(ls_comm_sum_i64(comm, sum, 2), LS_OK);
    assert_int_equal(ls_comm_min_i64(comm, least, 2), LS_OK);
    assert_int_equal(ls_comm_max_i64(comm, most, 2), LS_OK);
    assert_int_equal(sum[0], size * (size - 1) / 2);
    assert_true(sum[1] == size * (INT64_C(1) << 40));
    assert_int_equal(least[0], 0);
    assert_int_equal(least[1], -(size - 1));
    assert_int_equal(most[0], size - 1);
    assert_int_equal(most[1], 0);
}

/* Rank r sends r + s + 1 items (r, s, number) to rank s, and none to itself. */
static void exchanges(void **state)
{
    (void)state;
    typedef struct item {
        int from, to, number;
    } item;
    int send_counts[64];
    int receive_counts[64];
    item send[1024];
    item receive[1024];
    int at = 0;
    for (int s = 0; s < size; s++) {
        send_counts[s] = receive_counts[s] = s == rank ? 0 : rank + s + 1;
        for (int i = 0; i < send_counts[s]; i++) {
            send[at++] = (item){rank, s, i};
        }
    }
    assert_int_equal(
        ls_comm_exchange(comm, send, send_counts, receive, receive_counts, sizeof(item)), LS_OK);
    at = 0;
    for (int r = 0; r < size; r++) {
        for (int i = 0; i < receive_counts[r]; i++, at++) {
            assert_int_equal(receive[at].from, r);
            assert_int_equal(receive[at].to, rank);
            assert_int_equal(receive[at].number, i);
        }
    }
}

/* Nobody has anything; then one rank alone has something, for the last rank alone. */
static void exchanges_of_nothing(void **state)
{
    (void)state;
    int none[64] = {0};
    int64_t item = 7000 + rank, got[2] = {-1, -1};
    assert_int_equal(ls_comm_exchange(comm, NULL, none, NULL, none, 3), LS_OK);
    assert_int_equal(ls_comm_exchange(comm, &item, none, got, none, sizeof item), LS_OK);
    assert_int_equal(got[0], -1);
    for (int from = 0; from < size; from++) {
        int send_counts[64] = {0}, receive_counts[64] = {0};
        send_counts[size - 1] = rank == from;
        receive_counts[from] = rank == size - 1;
        got[0] = -1;
        assert_int_equal(
            ls_comm_exchange(comm, &item, send_counts, got, receive_counts, sizeof item), LS_OK);
        assert_int_equal(got[0], rank == size - 1 ? 7000 + from : -1);
        assert_int_equal(got[1], -1);
    }
}

static void gathers(void **state)
{
    (void)state;
    typedef struct item {
        int rank;
        char letters[61];
    } item;
    for (size_t bytes = 0; bytes <= sizeof(item); bytes += sizeof(item) / 4) {
        item mine, all[64];
        memset(&mine, 'a' + rank, sizeof mine);
        memset(all, '!', sizeof all);
        assert_int_equal(ls_comm_gather(comm, &mine, bytes, all), LS_OK);
        const char *found = (const char *)all;
        for (size_t i = 0; i < sizeof all; i++) {
            bool inside = bytes > 0 && i < bytes * (size_t)size;
            assert_int_equal(found[i], inside ? 'a' + (int)(i / bytes) : '!');
        }
    }
}

static ls_status fail_on(int who, ls_status status)
{
    LS_REQUIRE(rank != who, status, "rank %d says no", rank);
    return LS_OK;
}

static void failures_reach_all(void **state)
{
    (void)state;
    assert_int_equal(ls_comm_agree(comm, LS_OK), LS_OK);
    for (int who = 0; who < size; who++) {
        assert_int_equal(ls_comm_agree(comm, fail_on(who, LS_DIVERGED)), LS_DIVERGED);
        char expected[64];
        snprintf(expected, sizeof expected, "rank %d says no", who);
        assert_non_null(strstr(ls_error_message(), expected));
    }
    assert_int_equal(ls_comm_agree(comm, fail_on(size - 1, LS_BAD_INPUT)), LS_BAD_INPUT);
}

/* The last rank fails worse than the others: its status wins, and its words. */
static void the_worst_failure_wins(void **state)
{
    (void)state;
    ls_status mine = rank == size - 1 ? fail_on(rank, LS_LOST) : fail_on(rank, LS_BAD_INPUT);
    char expected[64];
    snprintf(expected, sizeof expected, "rank %d says no", size - 1);
    assert_int_equal(ls_comm_agree(comm, mine), LS_LOST);
    assert_non_null(strstr(ls_error_message(), expected));
    if (size > 1) {
        snprintf(expected, sizeof expected, "(rank %d on %s)", size - 1, ls_comm_host(comm));
        assert_non_null(strstr(ls_error_message(), expected));
    }
}

static void a_request_stops_all(void **state)
{
    (void)state;
    for (int who = 0; who < size; who++) {
        ls_request_begin(false);
        assert_int_equal(ls_comm_agree_or_stop(comm, LS_OK), LS_OK);
        if (rank == who) {
            raise(SIGUSR2);
        }
        assert_int_equal(ls_comm_agree(comm, LS_OK), LS_OK); /* this one takes no notice */
        assert_int_equal(ls_comm_agree_or_stop(comm, LS_OK), LS_STOPPED);
        assert_int_equal(ls_comm_agree_or_stop(comm, LS_OK), LS_STOPPED);
        /* A failure is worse than a request, on whatever rank. */
        assert_int_equal(ls_comm_agree_or_stop(comm, fail_on(size - 1, LS_BAD_INPUT)),
                         LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), "says no"));
        ls_request_begin(false);
        assert_int_equal(ls_comm_agree_or_stop(comm, LS_OK), LS_OK);
    }
    ls_request_begin(false);
    ls_request_stop_at(rank == size - 1 ? 0 : ls_clock_seconds() + 1000);
    assert_int_equal(ls_comm_agree_or_stop(comm, LS_OK), LS_STOPPED);
    ls_request_begin(false);
}

/* All ranks here read one clock: what is found of a difference is within its own bound. */
static void pings(void **state)
{
    (void)state;
    for (int peer = 0; peer < size; peer++) {
        ls_ping ping = {-1, -1};
        assert_int_equal(ls_comm_ping(comm, peer, 4096, 5, &ping), LS_OK);
        assert_true(peer == 0 ? ping.seconds == 0 : ping.seconds > 0 && ping.seconds < 10);
        assert_true(fabs(ping.clock_ahead_seconds) <= 0.5 * ping.seconds + 1e-5);
        int64_t same[2];
        memcpy(same, &ping, sizeof same);
        int64_t low[2] = {same[0], same[1]};
        assert_int_equal(ls_comm_min_i64(comm, low, 2), LS_OK);
        assert_memory_equal(low, same, sizeof low); /* every rank is told the same */
    }
    ls_ping none;
    assert_int_equal(ls_comm_ping(comm, size, 8, 1, &none), LS_INTERNAL);
}

static void hosts_and_nodes(void **state)
{
    (void)state;
    assert_int_equal(ls_comm_hosts(comm), 1);
    assert_int_equal(ls_comm_size(ls_comm_node(comm)), size);
    assert_non_null(ls_comm_native(comm));
    char host[256] = "";
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    assert_string_equal(ls_comm_host(comm), host);
    for (int r = 0; r < size; r++) {
        assert_string_equal(ls_comm_host_of(comm, r), host);
        assert_string_equal(ls_comm_host_of(ls_comm_node(comm), r), host);
    }
}

static void one_rank_needs_no_mpi(void **state)
{
    (void)state;
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    int64_t value = 5;
    assert_int_equal(ls_comm_sum_i64(self, &value, 1), LS_OK);
    assert_int_equal(value, 5);
    assert_null(ls_comm_native(self));
    assert_string_equal(ls_comm_host_of(self, 0), ls_comm_host(self));
    assert_ptr_equal(ls_comm_node(self), self);
    ls_comm_finish(self);
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    rank = ls_comm_rank(comm);
    size = ls_comm_size(comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broadcasts),
        cmocka_unit_test(reductions),
        cmocka_unit_test(exchanges),
        cmocka_unit_test(exchanges_of_nothing),
        cmocka_unit_test(gathers),
        cmocka_unit_test(failures_reach_all),
        cmocka_unit_test(the_worst_failure_wins),
        cmocka_unit_test(a_request_stops_all),
        cmocka_unit_test(pings),
        cmocka_unit_test(hosts_and_nodes),
        cmocka_unit_test(one_rank_needs_no_mpi),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_comm_finish(comm);
    return failed;
}
