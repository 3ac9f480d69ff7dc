/* Broadcast and integer reductions: what every rank calls in the same order. */
#include "comm_private.h"

#include "lockstep/base/clock.h"

#include <limits.h>
#include <string.h>

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
    LS_TRY(ls_comm_meet(comm));
    bool guarded = ls_comm_guard("MPI_Bcast");
    int code = MPI_SUCCESS;
    char *at = data;
    for (size_t rest = bytes; rest > 0 && code == MPI_SUCCESS;) {
        size_t count = piece(rest);
        code = MPI_Bcast(at, (int)count, MPI_BYTE, root, comm->handle);
        at += count;
        rest -= count;
    }
    ls_comm_unguard(guarded);
    comm->seconds += ls_clock_seconds() - began;
    return ls_comm_check(comm, code, "MPI_Bcast");
}

static ls_status reduce(ls_comm *comm, void *values, size_t count, MPI_Datatype type,
                        size_t item_bytes, MPI_Op operation)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_meet(comm));
    bool guarded = ls_comm_guard("MPI_Allreduce");
    int code = MPI_SUCCESS;
    char *at = values;
    for (size_t rest = count; rest > 0 && code == MPI_SUCCESS;) {
        size_t n = piece(rest);
        code = MPI_Allreduce(MPI_IN_PLACE, at, (int)n, type, operation, comm->handle);
        at += n * item_bytes;
        rest -= n;
    }
    ls_comm_unguard(guarded);
    comm->seconds += ls_clock_seconds() - began;
    return ls_comm_check(comm, code, "MPI_Allreduce");
}

static ls_status reduce_i64(ls_comm *comm, int64_t *values, size_t count, MPI_Op operation)
{
    return reduce(comm, values, count, MPI_INT64_T, sizeof *values, operation);
}

ls_status ls_comm_sum_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_SUM);
}

ls_status ls_comm_sum_f32(ls_comm *comm, float *values, size_t count)
{
    return reduce(comm, values, count, MPI_FLOAT, sizeof *values, MPI_SUM);
}

ls_status ls_comm_min_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_MIN);
}

ls_status ls_comm_max_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_MAX);
}

ls_status ls_comm_barrier(ls_comm *comm)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_meet(comm));
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}

ls_status ls_comm_gather(ls_comm *comm, const void *mine, size_t bytes, void *all)
{
    if (ls_comm_is_alone(comm)) {
        memcpy(all, mine, bytes);
        return LS_OK;
    }
    LS_REQUIRE(bytes <= INT_MAX, LS_INTERNAL, "a gather of %zu bytes a rank", bytes);
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_meet(comm));
    bool guarded = ls_comm_guard("MPI_Allgather");
    int code = MPI_Allgather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, comm->handle);
    ls_comm_unguard(guarded);
    comm->seconds += ls_clock_seconds() - began;
    return ls_comm_check(comm, code, "MPI_Allgather");
}
