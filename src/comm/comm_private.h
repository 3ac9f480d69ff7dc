/* What an ls_comm is; known to src/comm alone. */
#ifndef LOCKSTEP_COMM_PRIVATE_H
#define LOCKSTEP_COMM_PRIVATE_H

#include "lockstep/comm/comm.h"

#include <mpi.h>

#define LS_HOST_CHARS  256
#define LS_PHASE_CHARS 48
/* Sums on their way at a time; one more waits for all of them first. */
#define LS_STARTED_MAX 64

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
    struct ls_comm *node;  /* owned: this host's ranks; itself where that is the same */
    struct ls_comm *heads; /* owned: the hosts' first ranks; NULL on others, and without hosts */
    ls_job *job;           /* shared by the job's communicators: `own` of the first of them */
    ls_job own;
    bool started_mpi;                    /* ls_comm_finish ends MPI */
    bool watches;                        /* and the watchdog */
    double seconds;                      /* inside collectives */
    MPI_Request started[LS_STARTED_MAX]; /* sums on their way */
    int started_count;
    void *room;        /* owned: for what comes round a ring; NULL = none go round here */
    size_t room_bytes; /* a part that comes in has no more */
    void *packed; /* within room, [room_bytes]: integers on their way out to other hosts; or NULL */
};

/* Whether messages are needed at all. */
static inline bool ls_comm_is_alone(const ls_comm *comm)
{
    return comm->size == 1;
}

/* Turns an MPI error code into LS_LOST with MPI's own words. */
ls_status ls_comm_check(const ls_comm *comm, int code, const char *what);

/* What is summed: MPI's type, an item's size, and values[i] += more[i]. */
typedef struct ls_sum_kind {
    MPI_Datatype type;
    size_t item_bytes;
    void (*add)(size_t count, const void *more, void *values);
} ls_sum_kind;

/* --- start.c ---------------------------------------------------------------------------------- */
/* Collective. Another communicator of the same ranks, those of `local`, which is freed, taken for a
 * host's: what several hosts need can be tested on one. Owner: the caller, ls_comm_finish, before
 * `comm`. */
ls_status ls_comm_divided(ls_comm **out, ls_comm *comm, MPI_Comm *local);

/* --- ring.c, and where else sums are made ----------------------------------------------------- */
/* values[i] += more[i]. */
void ls_add_i64(size_t count, const void *more, void *values);
void ls_add_f32(size_t count, const void *more, void *values);

/* --- pack.c ----------------------------------------------------------------------------------- */
/* Integers in as many bytes as they need. Room for `count` of them, in bytes: */
size_t ls_packed_most(size_t count);
/* packed: [ls_packed_most]; returns how many bytes of it are used. */
size_t ls_pack_i64(size_t count, const int64_t *values, void *packed);
/* values[i] += what was packed. packed: [ls_packed_most], of which only those bytes count. */
void ls_add_packed(size_t count, const void *packed, int64_t *values);

/* --- wait.c ----------------------------------------------------------------------------------- */
/* Whether waiting makes sense: LS_LOST once a rank was lost. Local. */
ls_status ls_comm_begin(const ls_comm *comm);
/* Asks `test` until it says done. After comm.timeout_s, or when another rank calls the roll,
 * LS_LOST; no other MPI call may follow then but MPI_Abort. So it is where the roll was called and
 * the test is done all the same: a rank that stood still and wakes is not to go on without those
 * that have given it up. */
typedef ls_status (*ls_comm_test)(void *context, bool *done);
ls_status ls_comm_wait_until(ls_comm *comm, ls_comm_test test, void *context);
/* The same for requests of MPI, which after a failure stay as they are. */
ls_status ls_comm_wait(ls_comm *comm, int count, MPI_Request *requests);
/* A collective that needed every rank is done: for the roll call. Local. */
void ls_comm_met(const ls_comm *comm);

/* --- ring.c ----------------------------------------------------------------------------------- */
/* Of a part that comes in. Within a host it is to stay in the cache; between hosts every part costs
 * the network's delay: 712,835 int64 of two hosts, 0.5 ms and 1 Gbit/s apart, take 110 ms in parts
 * of 2^18, 80 of 2^20, 57 of 2^22. */
#define LS_RING_ROOM_BYTES     ((size_t)1 << 18)
#define LS_RING_ROOM_FAR_BYTES ((size_t)1 << 22)
#define LS_RING_PART_LEAST     8192 /* items a rank: fewer travel faster by MPI's own sums */
#define LS_RING_RANKS          16   /* more make too many rounds */
/* Whether a ring is the way to sum so many items. */
bool ls_comm_ring_fits(const ls_comm *comm, size_t count);
/* Collective. The sum over all ranks, in place. */
ls_status ls_comm_ring_sum(ls_comm *comm, const ls_sum_kind *kind, void *values, size_t count);
/* The same for ls_comm_sum_fixed; kind: int64. */
ls_status ls_comm_ring_sum_fixed(ls_comm *comm, const ls_sum_kind *kind, int64_t *values,
                                 size_t count, ls_sum_to_float to_float, float *out);

/* --- shared_memory.c -------------------------------------------------------------------------- */
/* What a rank brings in: bytes of the whole, beginning with a page. */
typedef struct ls_shared_part {
    size_t begin, bytes;
} ls_shared_part;
/* Collective over `comm`, agrees. Maps `bytes`, zeroed, the same on all ranks of the host, whose
 * parts make up the whole. LS_BAD_INPUT where that is not possible; *memory may be mapped all the
 * same. Owner: the caller, munmap. */
ls_status ls_comm_share_memory(ls_comm *comm, ls_shared_part part, size_t bytes, void **memory);

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
