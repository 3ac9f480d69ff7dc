/* Starting and ending; who and where this rank is. */
#include "comm_private.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ls_status create(ls_comm **out)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_comm), "a communicator"));
    ls_comm *comm = memory;
    comm->handle = MPI_COMM_NULL;
    comm->size = 1;
    comm->hosts = 1;
    comm->node = comm;
    if (gethostname(comm->host, sizeof comm->host - 1) != 0) {
        snprintf(comm->host, sizeof comm->host, "unknown-host");
    }
    *out = comm;
    return LS_OK;
}

ls_status ls_comm_self(ls_comm **comm)
{
    return create(comm);
}

/* Takes a duplicate of `handle`, so that our messages never meet another library's. */
static ls_status adopt(ls_comm *comm, MPI_Comm handle)
{
    LS_TRY(ls_comm_check(comm, MPI_Comm_dup(handle, &comm->handle), "MPI_Comm_dup"));
    MPI_Comm_set_errhandler(comm->handle, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm->handle, &comm->rank);
    MPI_Comm_size(comm->handle, &comm->size);
    return LS_OK;
}

/* Finds this host's ranks, and counts hosts by their first ranks. */
static ls_status find_node(ls_comm *comm)
{
    MPI_Comm local;
    LS_TRY(ls_comm_check(
        comm, MPI_Comm_split_type(comm->handle, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local),
        "MPI_Comm_split_type"));
    ls_status status = create(&comm->node);
    if (status == LS_OK) {
        status = adopt(comm->node, local);
    }
    MPI_Comm_free(&local);
    LS_TRY(status);
    int64_t hosts = comm->node->rank == 0 ? 1 : 0;
    LS_TRY(ls_comm_sum_i64(comm, &hosts, 1));
    comm->hosts = (int)hosts;
    return LS_OK;
}

ls_status ls_comm_start(int *argc, char ***argv, ls_comm **out)
{
    LS_TRY(create(out));
    ls_comm *comm = *out;
    int already = 0;
    MPI_Initialized(&already);
    if (!already) {
        LS_TRY(ls_comm_check(comm, MPI_Init(argc, argv), "MPI_Init"));
        comm->started_mpi = true;
    }
    LS_TRY(adopt(comm, MPI_COMM_WORLD));
    LS_TRY(find_node(comm));
    ls_log_identify(comm->rank);
    return LS_OK;
}

static void release(ls_comm *comm)
{
    if (comm->node != comm) {
        release(comm->node);
    }
    if (comm->handle != MPI_COMM_NULL) {
        MPI_Comm_free(&comm->handle);
    }
    ls_free(comm);
}

void ls_comm_finish(ls_comm *comm)
{
    if (comm == NULL) {
        return;
    }
    bool ends_mpi = comm->started_mpi;
    release(comm);
    if (ends_mpi) {
        MPI_Finalize();
    }
}

void ls_comm_abort(ls_comm *comm, int exit_code)
{
    if (comm != NULL && comm->handle != MPI_COMM_NULL) {
        MPI_Abort(comm->handle, exit_code);
    }
    _Exit(exit_code);
}

int ls_comm_rank(const ls_comm *comm)
{
    return comm->rank;
}

int ls_comm_size(const ls_comm *comm)
{
    return comm->size;
}

const char *ls_comm_host(const ls_comm *comm)
{
    return comm->host;
}

int ls_comm_hosts(const ls_comm *comm)
{
    return comm->hosts;
}

ls_comm *ls_comm_node(ls_comm *comm)
{
    return comm->node;
}

const void *ls_comm_native(const ls_comm *comm)
{
    return comm->handle == MPI_COMM_NULL ? NULL : &comm->handle;
}

double ls_comm_seconds(const ls_comm *comm)
{
    return comm->seconds;
}

const char *ls_comm_library(void)
{
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    char *end = strchr(text, ','); /* "Open MPI v4.1.4, package: ..." */
    if (end != NULL) {
        *end = '\0';
    }
    return text;
}
