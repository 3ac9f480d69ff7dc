/* Failing together: the end of every set-up phase. */
#include "comm_private.h"

#include "lockstep/base/request.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 16384

/* The rank whose message all ranks show: the lowest of those that failed. */
static ls_status find_failed(ls_comm *comm, ls_status mine, int *worst, int *lowest)
{
    int64_t values[2] = {(int64_t)mine,
                         mine != LS_OK ? -(int64_t)comm->rank : -(int64_t)comm->size};
    LS_TRY(ls_comm_max_i64(comm, values, 2));
    *worst = (int)values[0];
    *lowest = (int)-values[1];
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
