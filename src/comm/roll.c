/* The roll call: who of the job still answers.
 *
 *   1. A rank that has waited too long sends all others a message on a communicator of its own, and
 *      so does every rank that gets one: waiting ranks look for it.
 *   2. For some seconds each takes down who has sent. Who has not does not answer: it has ended,
 *      stands still, or is cut off.
 *   3. The lowest that answers tells, and may save what there is; the others wait for the launcher
 *      to end them, and end by themselves when it does not.
 *
 * Messages go from point to point: no collective, which would wait for the dead.
 */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ANSWER_SECONDS 3.0  /* for all that live to answer */
#define LEAVE_SECONDS  60.0 /* for the lowest survivor to save and end the job */
#define PAUSE_NS       1000000
#define TAG            1

/* One rank's answer. */
typedef struct answer {
    bool came;
    ls_place place;
} answer;

/* Asking lets MPI take in what has arrived, which then is found when it is asked again. */
bool ls_comm_roll_called(const ls_job *job)
{
    int called = 0;
    for (int i = 0; i < 2 && !called; i++) {
        if (MPI_Iprobe(MPI_ANY_SOURCE, TAG, job->roll, &called, MPI_STATUS_IGNORE) != MPI_SUCCESS) {
            return false;
        }
    }
    return called != 0;
}

/* Messages this small leave at once; to a rank that is gone they may never. */
static void call(ls_job *job)
{
    for (int r = 0; r < job->size; r++) {
        MPI_Request request;
        if (r != job->rank && MPI_Isend(&job->here, (int)sizeof job->here, MPI_BYTE, r, TAG,
                                        job->roll, &request) == MPI_SUCCESS) {
            MPI_Request_free(&request);
        }
    }
}

static void take_answer(const ls_job *job, answer *answers)
{
    MPI_Status from;
    ls_place place;
    if (MPI_Recv(&place, (int)sizeof place, MPI_BYTE, MPI_ANY_SOURCE, TAG, job->roll, &from) ==
        MPI_SUCCESS) {
        answers[from.MPI_SOURCE] = (answer){.came = true, .place = place};
        answers[from.MPI_SOURCE].place.phase[LS_PHASE_CHARS - 1] = '\0';
    }
}

/* Returns how many answered, this rank included. */
static int collect(const ls_job *job, answer *answers)
{
    double end = ls_clock_seconds() + ANSWER_SECONDS;
    answers[job->rank] = (answer){.came = true, .place = job->here};
    int came = 1;
    while (came < job->size && ls_clock_seconds() < end) {
        while (ls_comm_roll_called(job)) {
            take_answer(job, answers);
        }
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
        came = 0;
        for (int r = 0; r < job->size; r++) {
            came += answers[r].came;
        }
    }
    return came;
}

static void list_missing(const ls_job *job, const answer *answers, ls_text *out)
{
    const char *before = "";
    for (int r = 0; r < job->size; r++) {
        if (!answers[r].came) {
            ls_text_add(out, "%srank %d on %s", before, r, job->hosts[r]);
            before = ", ";
        }
    }
}

/* "ranks 0, 2 in step 41, sum of gradients; rank 3 in ...": the same place once. */
static void list_places(const ls_job *job, answer *answers, ls_text *out)
{
    const char *before = "";
    for (int r = 0; r < job->size; r++) {
        if (!answers[r].came) {
            continue;
        }
        const ls_place *place = &answers[r].place;
        ls_text_add(out, "%srank %d", before, r);
        for (int other = r + 1; other < job->size; other++) {
            if (answers[other].came && memcmp(&answers[other].place, place, sizeof *place) == 0) {
                ls_text_add(out, ", %d", other);
                answers[other].came = false;
            }
        }
        ls_text_add(out, " in step %" PRId64 ", %s", place->step, place->phase);
        before = "; ";
    }
}

static void tell(ls_job *job, answer *answers, int came)
{
    ls_text missing = {0};
    ls_text places = {0};
    list_missing(job, answers, &missing);
    for (int r = job->size; r-- > 0;) {
        job->survivor = answers[r].came ? r : job->survivor;
    }
    list_places(job, answers, &places);
    snprintf(
        job->message, sizeof job->message,
        "%s %s within %.0f s (all were last together in step %" PRId64
        ", %s); waiting: %s. Run again to resume; if a rank was only slow, raise comm.timeout_s",
        came < job->size ? missing.data : "all ranks answer, but they",
        came < job->size ? "did not answer" : "did not come together", job->timeout_seconds,
        job->met.step, job->met.phase, places.data);
    ls_text_free(&missing);
    ls_text_free(&places);
}

/* The lowest survivor may be writing a checkpoint: leaving earlier would make the launcher end it.
 */
static void give_way(const ls_job *job)
{
    double end = ls_clock_seconds() + LEAVE_SECONDS;
    while (job->rank != job->survivor && ls_clock_seconds() < end) {
        nanosleep(&(struct timespec){0, 100 * PAUSE_NS}, NULL);
    }
}

ls_status ls_comm_roll_call(ls_job *job)
{
    void *memory;
    job->lost = true;
    job->survivor = job->rank;
    LS_TRY(ls_alloc(&memory, (size_t)job->size * sizeof(answer), "a roll call"));
    call(job);
    int came = collect(job, memory);
    tell(job, memory, came);
    ls_free(memory);
    give_way(job);
    LS_FAIL(LS_LOST, "%s", job->message);
}
