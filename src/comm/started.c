/* Sums on their way while the rank computes. */
#include "comm_private.h"

#include "lockstep/base/clock.h"

#include <limits.h>

ls_status ls_comm_finish_sums(ls_comm *comm)
{
    if (comm->started_count == 0) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(comm));
    ls_status status = ls_comm_wait(comm, comm->started_count, comm->started);
    comm->seconds += ls_clock_seconds() - began;
    comm->started_count = 0;
    if (status == LS_OK) {
        ls_comm_met(comm);
    }
    return status;
}

static ls_status start(ls_comm *comm, void *values, size_t count, MPI_Datatype type)
{
    if (ls_comm_is_alone(comm)) {
        return LS_OK;
    }
    LS_REQUIRE(count <= INT_MAX, LS_INTERNAL, "a sum of %zu values is started at once", count);
    if (comm->started_count == LS_STARTED_MAX) {
        LS_TRY(ls_comm_finish_sums(comm));
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(comm));
    int code = MPI_Iallreduce(MPI_IN_PLACE, values, (int)count, type, MPI_SUM, comm->handle,
                              &comm->started[comm->started_count]);
    LS_TRY(ls_comm_check(comm, code, "MPI_Iallreduce"));
    comm->started_count++;
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}

ls_status ls_comm_start_sum_i64(ls_comm *comm, int64_t *values, size_t count)
{
    return start(comm, values, count, MPI_INT64_T);
}

ls_status ls_comm_start_sum_f32(ls_comm *comm, float *values, size_t count)
{
    return start(comm, values, count, MPI_FLOAT);
}

ls_status ls_comm_progress(ls_comm *comm)
{
    if (comm->started_count == 0) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    int done = 0;
    int code = MPI_Testall(comm->started_count, comm->started, &done, MPI_STATUSES_IGNORE);
    comm->seconds += ls_clock_seconds() - began;
    return ls_comm_check(comm, code, "MPI_Testall");
}
