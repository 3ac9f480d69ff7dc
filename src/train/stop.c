/* Why and when a run ends: by its configuration, or because it was asked to from outside. */
#include "session.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/request.h"

#include <math.h>
#include <stdio.h>

/* Between the last checkpoint and the end of the job: a summary, the end of MPI, and a second in
 * which Open MPI's launcher lets go of its ranks. */
#define LEAVE_SECONDS 3.0
/* Before the first checkpoint was measured: a slow file system, and what it takes at least. */
#define WRITE_BYTES_PER_SECOND 20e6
#define WRITE_SECONDS_LEAST    1.0

ls_stop ls_session_stop(const ls_session *session)
{
    const ls_config *config = session->config;
    const ls_progress *progress = &session->state.progress;
    if (config->train_patience > 0 && progress->stale_epochs >= config->train_patience) {
        return LS_STOP_EARLY;
    }
    if (progress->epoch >= config->train_epochs) {
        return LS_STOP_FINISHED;
    }
    if (config->train_max_steps > 0 && progress->step >= config->train_max_steps) {
        return LS_STOP_MAX_STEPS;
    }
    return session->asked;
}

/* --- asked from outside ----------------------------------------------------------------------- */

ls_wishes ls_session_wishes(void)
{
    ls_request stop = ls_request_stop();
    return (ls_wishes){.stop_by_signal = stop == LS_REQUEST_SIGNAL,
                       .stop_by_deadline = stop == LS_REQUEST_DEADLINE,
                       .save = ls_request_take_save()};
}

void ls_session_heed(ls_session *session, const ls_wishes *wishes)
{
    if (wishes->stop_by_signal > 0) {
        session->asked = LS_STOP_SIGNAL;
    } else if (wishes->stop_by_deadline > 0) {
        session->asked = LS_STOP_DEADLINE;
    }
}

ls_status ls_session_find_reason(ls_session *session)
{
    ls_wishes wishes = ls_session_wishes();
    int64_t words[] = {wishes.stop_by_signal, wishes.stop_by_deadline};
    LS_TRY(ls_comm_sum_i64(session->comm, words, 2));
    wishes = (ls_wishes){.stop_by_signal = words[0], .stop_by_deadline = words[1]};
    ls_session_heed(session, &wishes);
    return LS_OK;
}

/* --- the deadline ----------------------------------------------------------------------------- */

static double checkpoint_seconds(const ls_session *session)
{
    if (session->times.checkpoint_each > 0) {
        return session->times.checkpoint_each;
    }
    const ls_training_state *state = &session->state;
    int64_t floats = (1 + state->optim->moment_count) * ls_model_parameter_count(state->model) +
                     ls_model_state_count(state->model);
    return WRITE_SECONDS_LEAST + (double)floats * sizeof(float) / WRITE_BYTES_PER_SECOND;
}

/* Seconds that a step that has begun, a checkpoint and leaving may still take. */
static double end_seconds(const ls_session *session)
{
    return 2 * session->times.step_each + 1.5 * checkpoint_seconds(session) + LEAVE_SECONDS;
}

/* A job goes on by a step at least, also one that begins behind an epoch's last step: else a chain
 * of jobs whose deadlines are past would never end. */
static bool has_deadline(const ls_session *session)
{
    return isfinite(session->deadline.at) && session->times.images > 0;
}

void ls_session_plan_stop(ls_session *session)
{
    if (has_deadline(session)) {
        ls_request_stop_at(session->deadline.at - end_seconds(session));
    }
}

ls_status ls_session_require_time(ls_session *session, double seconds)
{
    double end = ls_clock_seconds() + seconds + end_seconds(session);
    if (has_deadline(session) && end > session->deadline.at) {
        ls_request_stop_at(0);
    }
    return ls_comm_agree_or_stop(session->comm, LS_OK);
}

/* Seconds from here to the last epoch's end, as fast as so far. */
static double rest_seconds(const ls_session *session)
{
    const ls_progress *progress = &session->state.progress;
    const ls_session_times *times = &session->times;
    int64_t images = ls_dataset_train_lanes(session->data)->images;
    double epochs =
        (double)session->config->train_epochs -
        ((double)progress->epoch + (double)ls_session_epoch_images(session) / (double)images);
    double rate = ls_session_images_per_second(times);
    double epoch = (double)images / rate + times->validation_each + checkpoint_seconds(session);
    return rate > 0 ? epochs * epoch : (double)INFINITY;
}

void ls_session_say_rest(const ls_session *session)
{
    double job = session->deadline.at - session->times.began;
    double rest = rest_seconds(session);
    if (session->asked != LS_STOP_DEADLINE || !isfinite(rest)) {
        return;
    }
    ls_info("deadline (%s): stopped in time; at this speed %.0f s of training are left: about %.0f "
            "more job%s of %.0f s",
            session->deadline.by, rest, ceil(rest / job), rest > job ? "s" : "", job);
}
