/* A failed MPI call in MPI's own words. */
#include "comm_private.h"

ls_status ls_comm_check(const ls_comm *comm, int code, const char *what)
{
    if (code == MPI_SUCCESS) {
        return LS_OK;
    }
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    LS_FAIL(LS_LOST, "rank %d on %s: %s failed: %s; run again to resume", comm->rank, comm->host,
            what, text);
}
