/* What an ls_comm is; known to src/comm alone. */
#ifndef LOCKSTEP_COMM_PRIVATE_H
#define LOCKSTEP_COMM_PRIVATE_H

#include "lockstep/comm/comm.h"

#include <mpi.h>

#define LS_HOST_CHARS 256

struct ls_comm {
    MPI_Comm handle; /* a duplicate of our own; MPI_COMM_NULL for ls_comm_self */
    int rank, size;
    int hosts;
    char host[LS_HOST_CHARS];
    struct ls_comm *node; /* owned: this host's ranks; itself where that is the same */
    bool started_mpi;     /* ls_comm_finish ends MPI */
    double seconds;       /* inside collectives */
};

/* Whether messages are needed at all. */
static inline bool ls_comm_is_alone(const ls_comm *comm)
{
    return comm->size == 1;
}

/* Turns an MPI error code into LS_LOST with MPI's own words. */
ls_status ls_comm_check(const ls_comm *comm, int code, const char *what);

#endif
