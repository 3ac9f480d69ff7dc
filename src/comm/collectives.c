/* Broadcast, sums, extremes and gathers: what every rank calls in the same order. */
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

/* --- broadcast -------------------------------------------------------------------------------- */

static ls_status broadcast(ls_comm *comm, char *data, size_t bytes, int root)
{
    while (bytes > 0) {
        MPI_Request request;
        size_t count = piece(bytes);
        LS_TRY(ls_comm_check(comm,
                             MPI_Ibcast(data, (int)count, MPI_BYTE, root, comm->handle, &request),
                             "MPI_Ibcast"));
        LS_TRY(ls_comm_wait(comm, 1, &request));
        data += count;
        bytes -= count;
    }
    return LS_OK;
}

ls_status ls_comm_broadcast(ls_comm *comm, void *data, size_t bytes, int root)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(comm));
    ls_status status = broadcast(comm, data, bytes, root);
    comm->seconds += ls_clock_seconds() - began;
    return status;
}

/* --- reductions ------------------------------------------------------------------------------- */

static ls_status reduce_by_mpi(ls_comm *comm, char *values, size_t count, const ls_sum_kind *kind,
                               MPI_Op operation)
{
    while (count > 0) {
        MPI_Request request;
        size_t n = piece(count);
        LS_TRY(ls_comm_check(comm,
                             MPI_Iallreduce(MPI_IN_PLACE, values, (int)n, kind->type, operation,
                                            comm->handle, &request),
                             "MPI_Iallreduce"));
        LS_TRY(ls_comm_wait(comm, 1, &request));
        values += n * kind->item_bytes;
        count -= n;
    }
    return LS_OK;
}

static ls_status reduce(ls_comm *comm, void *values, size_t count, const ls_sum_kind *kind,
                        MPI_Op operation)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(comm));
    bool by_ring = operation == MPI_SUM && ls_comm_ring_fits(comm, count);
    ls_status status = by_ring ? ls_comm_ring_sum(comm, kind, values, count)
                               : reduce_by_mpi(comm, values, count, kind, operation);
    comm->seconds += ls_clock_seconds() - began;
    if (status == LS_OK) {
        ls_comm_met(comm);
    }
    return status;
}

static ls_status reduce_i64(ls_comm *comm, int64_t *values, size_t count, MPI_Op operation)
{
    const ls_sum_kind kind = {MPI_INT64_T, sizeof *values, ls_add_i64};
    return reduce(comm, values, count, &kind, operation);
}

ls_status ls_comm_sum_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_SUM);
}

ls_status ls_comm_sum_fixed(ls_comm *comm, int64_t *values, size_t count, ls_sum_to_float to_float,
                            float *out)
{
    const ls_sum_kind kind = {MPI_INT64_T, sizeof *values, ls_add_i64};
    if (ls_comm_is_alone(comm) || !ls_comm_ring_fits(comm, count)) {
        LS_TRY(ls_comm_sum_i64(comm, values, count));
        to_float((int64_t)count, values, out);
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(comm));
    ls_status status = ls_comm_ring_sum_fixed(comm, &kind, values, count, to_float, out);
    comm->seconds += ls_clock_seconds() - began;
    if (status == LS_OK) {
        ls_comm_met(comm);
    }
    return status;
}

ls_status ls_comm_sum_f32(ls_comm *comm, float *values, size_t count)
{
    const ls_sum_kind kind = {MPI_FLOAT, sizeof *values, ls_add_f32};
    return reduce(comm, values, count, &kind, MPI_SUM);
}

ls_status ls_comm_min_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_MIN);
}

ls_status ls_comm_max_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return reduce_i64(comm, values, count, MPI_MAX);
}

/* --- the others ------------------------------------------------------------------------------- */

/* Waits for what was started with `code`, and counts the time since `began`. */
static ls_status finish(ls_comm *comm, int code, MPI_Request *request, double began)
{
    LS_TRY(ls_comm_check(comm, code, "a collective of MPI"));
    LS_TRY(ls_comm_wait(comm, 1, request));
    comm->seconds += ls_clock_seconds() - began;
    ls_comm_met(comm);
    return LS_OK;
}

ls_status ls_comm_barrier(ls_comm *comm)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    MPI_Request request;
    LS_TRY(ls_comm_begin(comm));
    return finish(comm, MPI_Ibarrier(comm->handle, &request), &request, began);
}

ls_status ls_comm_gather(ls_comm *comm, const void *mine, size_t bytes, void *all)
{
    if (ls_comm_is_alone(comm)) {
        memcpy(all, mine, bytes);
        return LS_OK;
    }
    double began = ls_clock_seconds();
    MPI_Request request;
    LS_REQUIRE(bytes <= INT_MAX, LS_INTERNAL, "a gather of %zu bytes a rank", bytes);
    LS_TRY(ls_comm_begin(comm));
    int code = MPI_Iallgather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, comm->handle,
                              &request);
    return finish(comm, code, &request, began);
}
