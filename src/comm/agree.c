/* Failing together: the end of every set-up phase. */
#include "comm_private.h"

#include "lockstep/base/request.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 16384

/* The worst status, and the lowest of the ranks that have it: all ranks show its message. */
static ls_status find_failed(ls_comm *comm, ls_status mine, int *worst, int *lowest)
{
    const int64_t ranks = INT64_C(1) << 32;
    int64_t value = (int64_t)mine * ranks + (ranks - 1 - comm->rank);
    LS_TRY(ls_comm_max_i64(comm, &value, 1));
    *worst = (int)(value / ranks);
    *lowest = (int)(ranks - 1 - value % ranks);
    return LS_OK;
}

ls_status ls_comm_agree(ls_comm *comm, ls_status mine)
{
    if (ls_comm_is_alone(comm)) {
        return mine;
    }
    char message[MESSAGE_BYTES] = "";
    snprintf(message, sizeof message, "%s", ls_error_message()); /* before MPI may overwrite it */
    int worst = LS_OK;
    int lowest = 0;
    LS_TRY(find_failed(comm, mine, &worst, &lowest));
    if (worst == LS_OK) {
        return LS_OK;
    }
    char host[LS_HOST_CHARS];
    memcpy(host, comm->host, sizeof host);
    LS_TRY(ls_comm_broadcast(comm, message, sizeof message, lowest));
    LS_TRY(ls_comm_broadcast(comm, host, sizeof host, lowest));
    if (lowest == 0) {
        LS_FAIL((ls_status)worst, "%s", message);
    }
    LS_FAIL((ls_status)worst, "%s (rank %d on %s)", message, lowest, host);
}

ls_status ls_comm_agree_or_stop(ls_comm *comm, ls_status mine)
{
    if (mine == LS_OK && ls_request_stop() != LS_REQUEST_NONE) {
        mine = ls_error_set(LS_STOPPED, __FILE__, __LINE__, "stopped on request");
    }
    return ls_comm_agree(comm, mine);
}
