/* Time: of a step, of an epoch, of the run, and until the job must end. */
#include "exam.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"
#include "lockstep/train/deadline.h"
#include "lockstep/train/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEASURE_SECONDS 1.5
#define STEPS_MIN       3
#define STEPS_MAX       1000
#define WAIT_SHARE      0.5 /* of a step, in collectives: more is not worth the ranks */
#define SLOW_RANK       1.5 /* times the median rank's work */

/* What was measured on a rank. Plain values. */
typedef struct measure {
    int64_t steps;
    double seconds;         /* of them */
    double waiting_seconds; /* of them inside collectives */
    double forward_seconds; /* of them: what a validation costs too */
    int64_t images;         /* of this rank */
} measure;

static int64_t own_images(const ls_exam *exam, const ls_lanes *lanes, int64_t b)
{
    int64_t images = 0;
    for (int64_t g = ls_lanes_first(lanes, b); g < ls_lanes_first(lanes, b + 1); g++) {
        images += g % exam->size == exam->rank ? ls_lanes_at(lanes, b, g).count : 0;
    }
    return images;
}

/* Full batches alone, as long as there are any. */
static int64_t pick_batch(const ls_lanes *lanes, int64_t step)
{
    int64_t full = lanes->images / lanes->batch;
    return full > 0 ? step % full : 0;
}

static ls_status run_steps(ls_exam *exam, ls_engine *engine, measure *m)
{
    const ls_lanes *lanes = ls_dataset_train_lanes(exam->dataset);
    ls_loss_sums sums = {0};
    ls_engine_times times;
    LS_TRY(ls_engine_step(engine, exam->dataset, 0, 1, &sums, NULL)); /* warms up */
    ls_engine_take_times(engine, &times);
    double waited = ls_comm_seconds(exam->comm);
    double began = ls_clock_seconds();
    int64_t more = 1;
    while (more != 0) {
        int64_t b = pick_batch(lanes, m->steps);
        LS_TRY(ls_engine_step(engine, exam->dataset, b, m->steps + 2, &sums, NULL));
        m->images += own_images(exam, lanes, b);
        m->steps++;
        m->seconds = ls_clock_seconds() - began;
        m->waiting_seconds = ls_comm_seconds(exam->comm) - waited;
        more = m->steps < STEPS_MIN ||
               (m->steps < STEPS_MAX && ls_clock_seconds() - began < MEASURE_SECONDS);
        LS_TRY(ls_comm_broadcast(exam->comm, &more, sizeof more, 0)); /* by rank 0's clock */
    }
    ls_engine_take_times(engine, &times);
    m->forward_seconds = times.seconds[LS_PHASE_BATCH] + times.seconds[LS_PHASE_FORWARD] +
                         times.seconds[LS_PHASE_LOSS];
    return LS_OK;
}

static ls_status measure_steps(ls_exam *exam, measure *m)
{
    ls_engine *engine = NULL;
    LS_TRY(ls_dataset_epoch(exam->dataset, 0));
    LS_TRY(ls_engine_create(&engine, exam->config, exam->dataset, exam->comm));
    ls_status status = run_steps(exam, engine, m);
    ls_engine_destroy(engine);
    return status;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* Seconds of work an image on a rank; 0 for one without work. */
static double work_of(const measure *m)
{
    double seconds = m->seconds - m->waiting_seconds;
    return m->images > 0 && seconds > 0 ? seconds / (double)m->images : 0;
}

/* A rank that takes longer than the others for the same work holds all up. works: [size]. */
static void judge_ranks(const ls_exam *exam, const measure *all, double *works, ls_finding *finding)
{
    int count = 0;
    int slowest = 0;
    for (int r = 0; r < exam->size; r++) {
        double work = work_of(&all[r]);
        slowest = work > work_of(&all[slowest]) ? r : slowest;
        if (work > 0) {
            works[count++] = work;
        }
    }
    if (count < 3) {
        return;
    }
    double ratio = work_of(&all[slowest]) / ls_median(works, count);
    if (ratio > SLOW_RANK) {
        ls_found(finding, "; rank %d on %s takes %.1f times as long as others for the same work",
                 slowest, ls_comm_host_of(exam->comm, slowest), ratio);
        ls_cure(finding, LS_VERDICT_WARN,
                "all wait for it: see what else runs there, or leave its "
                "host out");
    }
}

/* The run by rank 0's measure: steps, and a validation an epoch, which is a forward pass. */
static void find_times(ls_exam *exam, const measure *m, double *epoch_seconds)
{
    const ls_lanes *lanes = &exam->lanes;
    double per_step = m->seconds / (double)m->steps;
    int64_t batches = ls_lanes_batches(lanes);
    int64_t all = batches * exam->config->train_epochs;
    int64_t limit = exam->config->train_max_steps;
    double forward = m->images > 0 ? m->forward_seconds / (double)m->images : 0;
    double validation = forward * (double)exam->validation_images / exam->size;
    *epoch_seconds = per_step * (double)batches + validation;
    exam->step_seconds = *epoch_seconds / (double)batches;
    exam->run_steps = limit > 0 && limit < all ? limit : all;
    exam->run_seconds = exam->step_seconds * (double)exam->run_steps;
}

static void judge(ls_exam *exam, const measure *all, double *works, ls_finding *finding)
{
    const measure *m = &all[0];
    char step[LS_AMOUNT_CHARS];
    char epoch[LS_AMOUNT_CHARS];
    char run[LS_AMOUNT_CHARS];
    double epoch_seconds;
    find_times(exam, m, &epoch_seconds);
    double per_step = m->seconds / (double)m->steps;
    double waiting = m->waiting_seconds / m->seconds;
    ls_found(finding,
             "a step takes %s (%.0f images/s), an epoch about %s, the run of %lld steps about %s",
             ls_span(per_step, step), (double)ls_lanes_batch_images(&exam->lanes, 0) / per_step,
             ls_span(epoch_seconds, epoch), (long long)exam->run_steps,
             ls_span(exam->run_seconds, run));
    if (exam->size > 1) {
        ls_found(finding, "; %.0f %% of a step is waiting and adding up", 100 * waiting);
        if (waiting > WAIT_SHARE) {
            ls_cure(finding, LS_VERDICT_WARN,
                    "use fewer ranks, a faster network, or a larger train.batch");
        }
    }
    judge_ranks(exam, all, works, finding);
}

ls_status ls_check_speed(ls_exam *exam, ls_finding *finding)
{
    measure mine = {0};
    void *memory;
    LS_TRY(measure_steps(exam, &mine));
    size_t room = (size_t)exam->size * (sizeof(measure) + sizeof(double));
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, room, "what was measured")));
    measure *all = memory;
    ls_status status = ls_comm_gather(exam->comm, &mine, sizeof mine, all);
    if (status == LS_OK) {
        judge(exam, all, (double *)(all + exam->size), finding);
    }
    ls_free(memory);
    return status;
}

/* --- deadline --------------------------------------------------------------------------------- */

ls_status ls_check_deadline(ls_exam *exam, ls_finding *finding)
{
    ls_deadline deadline;
    double now = ls_clock_seconds();
    LS_TRY(ls_comm_agree(exam->comm, ls_deadline_find(&deadline, exam->config, now)));
    double left = deadline.at - now;
    char left_text[LS_AMOUNT_CHARS];
    if (!isfinite(left)) {
        ls_found(finding, "no end of the job is told");
        return LS_OK;
    }
    left = left > 0 ? left : 0;
    int64_t steps = (int64_t)(left / exam->step_seconds);
    steps = steps < exam->run_steps ? steps : exam->run_steps;
    ls_found(finding, "the job ends in %s (%s): room for %lld of %lld steps",
             ls_span(left, left_text), deadline.by, (long long)steps, (long long)exam->run_steps);
    if (steps < exam->run_steps) {
        double jobs = steps > 0 ? ceil((double)exam->run_steps / (double)steps) : INFINITY;
        ls_cure(finding, steps > 0 ? LS_VERDICT_WARN : LS_VERDICT_FAIL,
                "ask for more time or ranks%s",
                steps > 0 ? "" : ": not a single step will be done");
        if (steps > 0) {
            ls_cure(finding, LS_VERDICT_WARN,
                    "or start about %.0f such jobs: each goes on where "
                    "the one before stopped",
                    jobs);
        }
    }
    return LS_OK;
}
