/* What an ls_comm is; known to src/comm alone. */
#ifndef LOCKSTEP_COMM_PRIVATE_H
#define LOCKSTEP_COMM_PRIVATE_H

#include "lockstep/comm/comm.h"

#include <mpi.h>

#define LS_HOST_CHARS  256
#define LS_PHASE_CHARS 48

/* What a rank is doing: said in a roll call. */
typedef struct ls_place {
    int64_t step;
    char phase[LS_PHASE_CHARS];
} ls_place;

/* Of the whole job, shared by its communicators. */
typedef struct ls_job {
    MPI_Comm roll;                /* for the roll call alone; MPI_COMM_NULL for one rank */
    int rank, size;               /* in the job */
    char (*hosts)[LS_HOST_CHARS]; /* [size], owned */
    double timeout_seconds;       /* for another rank to come */
    ls_place here;                /* what this rank is doing */
    ls_place met;                 /* where all ranks last were together */
    bool lost;                    /* a rank did not come: nothing is waited for any more */
    int survivor;                 /* then the lowest rank that answered */
    char message[2048];           /* and what is to be said */
} ls_job;

struct ls_comm {
    MPI_Comm handle; /* a duplicate of our own; MPI_COMM_NULL for ls_comm_self */
    int rank, size;
    int hosts;
    char host[LS_HOST_CHARS];
    struct ls_comm *node; /* owned: this host's ranks; itself where that is the same */
    ls_job *job;          /* shared by the job's communicators */
    bool owns_job;
    bool started_mpi; /* ls_comm_finish ends MPI */
    bool watches;     /* and the watchdog */
    double seconds;   /* inside collectives */
};

/* Whether messages are needed at all. */
static inline bool ls_comm_is_alone(const ls_comm *comm)
{
    return comm->size == 1;
}

/* Turns an MPI error code into LS_LOST with MPI's own words. */
ls_status ls_comm_check(const ls_comm *comm, int code, const char *what);

/* --- wait.c ----------------------------------------------------------------------------------- */
/* Collective: waits, asking again and again, until all ranks of the communicator have come here;
 * what follows can then be a blocking call, which is the fastest and can only be short. A rank that
 * does not come within the timeout is LS_LOST, after a roll call. */
ls_status ls_comm_meet(ls_comm *comm);

/* --- roll.c ----------------------------------------------------------------------------------- */
/* Whether another rank has called the roll. */
bool ls_comm_roll_called(const ls_job *job);
/* Called by a rank that has waited too long or was called: finds who still answers. Returns
 * LS_LOST; the message names those who do not. */
ls_status ls_comm_roll_call(ls_job *job);

/* --- watch.c ---------------------------------------------------------------------------------- */
/* A thread that ends the process where a phase that can't be polled lasts longer than `seconds`. */
ls_status ls_watch_start(double seconds);
void ls_watch_stop(void);
/* The words for the process's end: who this is. */
void ls_watch_identify(int rank, const char *host);

#endif
