/* Waiting for other ranks without ever waiting for ever: every wait asks again and again. */
#include "comm_private.h"

#include "lockstep/base/clock.h"

#include <sched.h>
#include <time.h>

/* A wait begins busily, then gives the core to ranks that share it, and in the end sleeps: asleep
 * it finds out late, which costs a step of two ranks 10 % where sleep begins within a step. */
#define SPINS         200
#define YIELD_SECONDS 5e-3
#define SLEEP_NS      50000
#define LOOK_SECONDS  0.05 /* between looks for a roll call */

static void rest(int64_t tries, double waited)
{
    if (tries < SPINS) {
        return;
    }
    if (waited < YIELD_SECONDS) {
        sched_yield();
        return;
    }
    nanosleep(&(struct timespec){0, SLEEP_NS}, NULL);
}

ls_status ls_comm_wait_until(ls_comm *comm, ls_comm_test test, void *context)
{
    ls_job *job = comm->job;
    double began = ls_clock_seconds();
    double look = began + LOOK_SECONDS;
    for (int64_t tries = 0;; tries++) {
        bool done = false;
        LS_TRY(test(context, &done));
        if (done) {
            return ls_comm_roll_called(job) ? ls_comm_roll_call(job) : LS_OK;
        }
        double now = ls_clock_seconds();
        if (now - began > job->timeout_seconds) {
            return ls_comm_roll_call(job);
        }
        if (now > look) {
            look = now + LOOK_SECONDS;
            if (ls_comm_roll_called(job)) {
                return ls_comm_roll_call(job);
            }
        }
        rest(tries, now - began);
    }
}

typedef struct pending {
    const ls_comm *comm;
    int count;
    MPI_Request *requests;
} pending;

static ls_status test_requests(void *context, bool *done)
{
    pending *p = context;
    int flag = 0;
    int code = MPI_Testall(p->count, p->requests, &flag, MPI_STATUSES_IGNORE);
    *done = flag != 0;
    return ls_comm_check(p->comm, code, "MPI_Testall");
}

ls_status ls_comm_wait(ls_comm *comm, int count, MPI_Request *requests)
{
    pending p = {comm, count, requests};
    return ls_comm_wait_until(comm, test_requests, &p);
}

ls_status ls_comm_begin(const ls_comm *comm)
{
    LS_REQUIRE(!comm->job->lost, LS_LOST, "%s", comm->job->message);
    return LS_OK;
}

void ls_comm_met(const ls_comm *comm)
{
    if (comm->size == comm->job->size) {
        comm->job->met = comm->job->here;
    }
}
