/* A message there and back between two ranks: how long it takes, and by how much their wall clocks
 * differ. The peer's time stands half-way between sending and receiving (Mills 1991, NTP); of all
 * rounds the shortest is the one that was least disturbed. */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

#define TAG 2

static ls_status send_to(ls_comm *comm, void *data, size_t bytes, int rank)
{
    MPI_Request request;
    LS_TRY(ls_comm_check(comm,
                         MPI_Isend(data, (int)bytes, MPI_BYTE, rank, TAG, comm->handle, &request),
                         "MPI_Isend"));
    return ls_comm_wait(comm, 1, &request);
}

static ls_status receive_from(ls_comm *comm, void *data, size_t bytes, int rank)
{
    MPI_Request request;
    LS_TRY(ls_comm_check(comm,
                         MPI_Irecv(data, (int)bytes, MPI_BYTE, rank, TAG, comm->handle, &request),
                         "MPI_Irecv"));
    return ls_comm_wait(comm, 1, &request);
}

/* On rank 0. */
static ls_status call(ls_comm *comm, int peer, void *data, size_t bytes, ls_ping *best)
{
    double sent = ls_clock_wall_seconds();
    double began = ls_clock_seconds();
    LS_TRY(send_to(comm, data, bytes, peer));
    LS_TRY(receive_from(comm, data, bytes, peer));
    double seconds = ls_clock_seconds() - began;
    double stamp;
    memcpy(&stamp, data, sizeof stamp);
    if (seconds < best->seconds) {
        *best = (ls_ping){seconds, stamp - (sent + 0.5 * seconds)};
    }
    return LS_OK;
}

/* On the peer. */
static ls_status answer(ls_comm *comm, void *data, size_t bytes)
{
    LS_TRY(receive_from(comm, data, bytes, 0));
    double stamp = ls_clock_wall_seconds();
    memcpy(data, &stamp, sizeof stamp);
    return send_to(comm, data, bytes, 0);
}

static ls_status run_rounds(ls_comm *comm, int peer, size_t bytes, int rounds, ls_ping *best)
{
    void *data;
    ls_status status = LS_OK;
    LS_TRY(ls_alloc(&data, bytes, "a message"));
    for (int i = 0; i < rounds && status == LS_OK; i++) {
        status = comm->rank == 0 ? call(comm, peer, data, bytes, best) : answer(comm, data, bytes);
    }
    ls_free(data);
    return status;
}

ls_status ls_comm_ping(ls_comm *comm, int peer, size_t bytes, int rounds, ls_ping *out)
{
    ls_ping best = {.seconds = (double)INFINITY};
    size_t least = bytes > sizeof(double) ? bytes : sizeof(double); /* the peer's time */
    LS_REQUIRE(peer >= 0 && peer < comm->size && rounds > 0, LS_INTERNAL,
               "a ping of rank %d in %d ranks, %d times", peer, comm->size, rounds);
    if (peer == 0) {
        *out = (ls_ping){0};
        return LS_OK;
    }
    ls_status status = LS_OK;
    LS_TRY(ls_comm_barrier(comm));
    if (comm->rank == 0 || comm->rank == peer) {
        status = run_rounds(comm, peer, least, rounds, &best);
    }
    LS_TRY(ls_comm_agree(comm, status));
    LS_TRY(ls_comm_broadcast(comm, &best, sizeof best, 0));
    *out = best;
    return LS_OK;
}
