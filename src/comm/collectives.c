/* Broadcast and integer reductions: what every rank calls in the same order. */
#include "comm_private.h"

#include "lockstep/base/clock.h"

/* Counts in MPI-3 are ints: longer arrays go in pieces of this many elements. */
#define PIECE ((size_t)1 << 28)

static size_t piece(size_t rest)
{
    return rest < PIECE ? rest : PIECE;
}

ls_status ls_comm_broadcast(ls_comm *comm, void *data, size_t bytes, int root)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    char *at = data;
    for (size_t rest = bytes; rest > 0;) {
        size_t count = piece(rest);
        LS_TRY(ls_comm_check(comm, MPI_Bcast(at, (int)count, MPI_BYTE, root, comm->handle),
                             "MPI_Bcast"));
        at += count;
        rest -= count;
    }
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}

static ls_status reduce(ls_comm *comm, int64_t *values, size_t count, MPI_Op operation)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    for (size_t rest = count; rest > 0;) {
        size_t n = piece(rest);
        LS_TRY(ls_comm_check(
            comm, MPI_Allreduce(MPI_IN_PLACE, values, (int)n, MPI_INT64_T, operation, comm->handle),
            "MPI_Allreduce"));
        values += n;
        rest -= n;
    }
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}

ls_status ls_comm_sum_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce(comm, values, count, MPI_SUM);
}

ls_status ls_comm_min_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce(comm, values, count, MPI_MIN);
}

ls_status ls_comm_max_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce(comm, values, count, MPI_MAX);
}

ls_status ls_comm_barrier(ls_comm *comm)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_check(comm, MPI_Barrier(comm->handle), "MPI_Barrier"));
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}
