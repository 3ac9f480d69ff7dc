/* Starting and ending; who and where this rank is. */
#include "comm_private.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 300.0 /* until the configuration is known */
#define ABORT_SECONDS   2     /* that MPI_Abort may take */

/* A communicator of one rank; `job` is NULL for one that begins a job of its own. */
static ls_status create(ls_comm **out, ls_job *job)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_comm), "a communicator"));
    ls_comm *comm = memory;
    comm->own = (ls_job){.roll = MPI_COMM_NULL, .size = 1, .timeout_seconds = TIMEOUT_SECONDS};
    comm->job = job != NULL ? job : &comm->own;
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
    return create(comm, NULL);
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

/* A communicator of `comm`'s job from `part`, which is freed. */
static ls_status derive(ls_comm **out, ls_comm *comm, MPI_Comm *part)
{
    ls_status status = create(out, comm->job);
    if (status == LS_OK) {
        status = adopt(*out, *part);
    }
    MPI_Comm_free(part);
    return status;
}

static ls_status reserve_room(ls_comm *comm, bool is_far)
{
    comm->room_bytes = is_far ? LS_RING_ROOM_FAR_BYTES : LS_RING_ROOM_BYTES;
    LS_TRY(ls_alloc(&comm->room, comm->room_bytes * (is_far ? 2 : 1), "room for sums"));
    comm->packed = is_far ? (char *)comm->room + comm->room_bytes : NULL;
    return LS_OK;
}

/* Freeing is collective: not where a rank was lost. */
static void free_handle(const ls_comm *comm, MPI_Comm *handle)
{
    if (*handle != MPI_COMM_NULL && !comm->job->lost) {
        MPI_Comm_free(handle);
    }
}

static void release(ls_comm *comm)
{
    if (comm->node != comm) {
        release(comm->node);
    }
    if (comm->heads != NULL) {
        release(comm->heads);
    }
    free_handle(comm, &comm->handle);
    ls_free(comm->room);
    free_handle(comm, &comm->own.roll);
    ls_free(comm->own.hosts);
    ls_free(comm);
}

/* The ranks of `local`, which is freed, share a host; the first of each host make a communicator
 * too. */
static ls_status set_node(ls_comm *comm, MPI_Comm *local)
{
    MPI_Comm heads;
    LS_TRY(derive(&comm->node, comm, local));
    bool first = comm->node->rank == 0;
    LS_TRY(ls_comm_check(
        comm, MPI_Comm_split(comm->handle, first ? 0 : MPI_UNDEFINED, comm->rank, &heads),
        "MPI_Comm_split"));
    int64_t hosts = first ? 1 : 0;
    if (first) {
        LS_TRY(derive(&comm->heads, comm, &heads));
    }
    LS_TRY(ls_comm_sum_i64(comm, &hosts, 1));
    comm->hosts = (int)hosts;
    if (comm->heads != NULL && hosts > 1) { /* alone, a head sends nothing */
        LS_TRY(reserve_room(comm->heads, true));
    }
    return reserve_room(comm, hosts > 1);
}

ls_status ls_comm_divided(ls_comm **out, ls_comm *comm, MPI_Comm *local)
{
    MPI_Comm same;
    LS_TRY(ls_comm_check(comm, MPI_Comm_dup(comm->handle, &same), "MPI_Comm_dup"));
    LS_TRY(derive(out, comm, &same));
    return set_node(*out, local);
}

static ls_status find_node(ls_comm *comm)
{
    MPI_Comm local;
    LS_TRY(ls_comm_check(
        comm, MPI_Comm_split_type(comm->handle, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local),
        "MPI_Comm_split_type"));
    return set_node(comm, &local);
}

/* The watchdog's thread calls no MPI. */
static ls_status start_mpi(ls_comm *comm, int *argc, char ***argv)
{
    int already = 0;
    MPI_Initialized(&already);
    if (already) {
        return LS_OK;
    }
    int level;
    LS_TRY(ls_comm_check(comm, MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level),
                         "MPI_Init_thread"));
    comm->started_mpi = true;
    return LS_OK;
}

/* What a roll call needs is made while all ranks are there. */
static ls_status meet_the_job(ls_comm *comm)
{
    ls_job *job = comm->job;
    void *memory;
    job->rank = comm->rank;
    job->size = comm->size;
    LS_TRY(ls_comm_check(comm, MPI_Comm_dup(comm->handle, &job->roll), "MPI_Comm_dup"));
    MPI_Comm_set_errhandler(job->roll, MPI_ERRORS_RETURN);
    LS_TRY(ls_alloc(&memory, (size_t)comm->size * LS_HOST_CHARS, "the hosts' names"));
    job->hosts = memory;
    return ls_comm_gather(comm, comm->host, LS_HOST_CHARS, job->hosts);
}

static ls_status join(ls_comm *comm, int *argc, char ***argv)
{
    LS_TRY(start_mpi(comm, argc, argv));
    LS_TRY(adopt(comm, MPI_COMM_WORLD));
    ls_watch_identify(comm->rank, comm->host);
    ls_comm_note(comm, 0, "starting");
    LS_TRY(meet_the_job(comm));
    LS_TRY(find_node(comm));
    ls_log_identify(comm->rank);
    return LS_OK;
}

ls_status ls_comm_start(int *argc, char ***argv, ls_comm **out)
{
    LS_TRY(create(out, NULL));
    (*out)->watches = true;
    LS_TRY(ls_watch_start(TIMEOUT_SECONDS));
    bool guarded = ls_comm_guard("starting MPI");
    ls_status status = join(*out, argc, argv);
    ls_comm_unguard(guarded);
    return status;
}

void ls_comm_finish(ls_comm *comm)
{
    if (comm == NULL) {
        return;
    }
    bool ends_mpi = comm->started_mpi && !comm->job->lost;
    bool watches = comm->watches;
    bool guarded = ls_comm_guard("ending MPI");
    release(comm);
    if (ends_mpi) {
        MPI_Finalize();
    }
    ls_comm_unguard(guarded);
    if (watches) {
        ls_watch_stop();
    }
}

static int abort_code;

static void end_now(int number)
{
    (void)number;
    _exit(abort_code);
}

/* The launcher may be what was lost. */
void ls_comm_abort(ls_comm *comm, int exit_code)
{
    abort_code = exit_code;
    signal(SIGALRM, end_now);
    alarm(ABORT_SECONDS);
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

const char *ls_comm_host_of(const ls_comm *comm, int rank)
{
    return comm->job->hosts != NULL ? comm->job->hosts[rank] : comm->host;
}

void ls_comm_note(ls_comm *comm, int64_t step, const char *phase)
{
    ls_place *here = &comm->job->here;
    memset(here, 0, sizeof *here);
    here->step = step;
    snprintf(here->phase, sizeof here->phase, "%s", phase);
}

bool ls_comm_is_lost(const ls_comm *comm)
{
    return comm->job->lost;
}

bool ls_comm_survives(const ls_comm *comm)
{
    return comm->job->lost && comm->job->survivor == comm->job->rank;
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
