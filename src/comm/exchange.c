/* Items from every rank to every rank, with counts in items: one message between two ranks that
 * have something for each other. (After Open MPI 4.1's MPI_Ialltoallv on three ranks, the next
 * collective that was tested stood still.) */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <string.h>

/* Messages of one exchange; the tag sets them apart from those of a ring. */
#define TAG 1

typedef struct exchange {
    ls_comm *comm;
    MPI_Datatype item;
    size_t item_bytes;
    MPI_Request *requests; /* [2, size] */
    int count;             /* of requests */
} exchange;

static ls_status send_and_receive(exchange *x, const char *send, const int *send_counts,
                                  char *receive, const int *receive_counts)
{
    ls_comm *comm = x->comm;
    for (int r = 0; r < comm->size; r++) {
        if (receive_counts[r] > 0) {
            LS_TRY(ls_comm_check(comm,
                                 MPI_Irecv(receive, receive_counts[r], x->item, r, TAG,
                                           comm->handle, &x->requests[x->count]),
                                 "MPI_Irecv"));
            x->count++;
            receive += (size_t)receive_counts[r] * x->item_bytes; /* may be NULL for no items */
        }
    }
    for (int r = 0; r < comm->size; r++) {
        if (send_counts[r] > 0) {
            LS_TRY(ls_comm_check(comm,
                                 MPI_Isend(send, send_counts[r], x->item, r, TAG, comm->handle,
                                           &x->requests[x->count]),
                                 "MPI_Isend"));
            x->count++;
            send += (size_t)send_counts[r] * x->item_bytes;
        }
    }
    return ls_comm_wait(comm, x->count, x->requests);
}

static ls_status exchange_items(exchange *x, const void *send, const int *send_counts,
                                void *receive, const int *receive_counts)
{
    LS_TRY(ls_comm_check(x->comm, MPI_Type_contiguous((int)x->item_bytes, MPI_BYTE, &x->item),
                         "MPI_Type_contiguous"));
    MPI_Type_commit(&x->item);
    ls_status status = send_and_receive(x, send, send_counts, receive, receive_counts);
    MPI_Type_free(&x->item);
    return status;
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
    LS_TRY(ls_comm_begin(comm));
    void *requests;
    LS_TRY(ls_alloc(&requests, 2 * (size_t)comm->size * sizeof(MPI_Request), "an exchange"));
    exchange x = {.comm = comm, .item_bytes = item_bytes, .requests = requests};
    ls_status status = exchange_items(&x, send, send_counts, receive, receive_counts);
    ls_free(requests);
    comm->seconds += ls_clock_seconds() - began;
    return status;
}
