/* Items from every rank to every rank, with counts in items. */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <limits.h>
#include <string.h>

/* Where each rank's items begin, counted in items; fails when a sum passes an int. */
static ls_status place(const int *counts, int size, int *places)
{
    int64_t sum = 0;
    for (int r = 0; r < size; r++) {
        places[r] = (int)sum;
        sum += counts[r];
        LS_REQUIRE(sum <= INT_MAX, LS_INTERNAL, "an exchange of more than %d items", INT_MAX);
    }
    return LS_OK;
}

static ls_status exchange_items(ls_comm *comm, const void *send, const int *send_counts,
                                void *receive, const int *receive_counts, int *places,
                                size_t item_bytes)
{
    LS_TRY(place(send_counts, comm->size, places));
    LS_TRY(place(receive_counts, comm->size, places + comm->size));
    MPI_Datatype item;
    LS_TRY(ls_comm_check(comm, MPI_Type_contiguous((int)item_bytes, MPI_BYTE, &item),
                         "MPI_Type_contiguous"));
    MPI_Type_commit(&item);
    bool guarded = ls_comm_guard("MPI_Alltoallv");
    int code = MPI_Alltoallv(send, send_counts, places, item, receive, receive_counts,
                             places + comm->size, item, comm->handle);
    ls_comm_unguard(guarded);
    MPI_Type_free(&item);
    return ls_comm_check(comm, code, "MPI_Alltoallv");
}

ls_status ls_comm_exchange(ls_comm *comm, const void *send, const int *send_counts, void *receive,
                           const int *receive_counts, size_t item_bytes)
{
    if (ls_comm_is_alone(comm)) {
        if (send_counts[0] > 0) {
            memcpy(receive, send, (size_t)send_counts[0] * item_bytes);
        }
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_meet(comm));
    void *places; /* [2, size] */
    LS_TRY(ls_alloc(&places, 2 * (size_t)comm->size * sizeof(int), "an exchange's places"));
    ls_status status =
        exchange_items(comm, send, send_counts, receive, receive_counts, places, item_bytes);
    ls_free(places);
    LS_TRY(status);
    comm->seconds += ls_clock_seconds() - began;
    return LS_OK;
}
