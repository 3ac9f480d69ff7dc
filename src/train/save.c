/* Checkpoints as training goes on: what must hold before one is written, and what happens when it
 * can't be. */
#include "session.h"

#include "lockstep/checkpoint/replicas.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"

#include <stdio.h>
#include <string.h>

ls_status ls_session_check_replicas(ls_session *session)
{
    if (strcmp(session->config->train_on_replica_difference, "heal") == 0) {
        return ls_replicas_heal(&session->state, session->comm);
    }
    return ls_replicas_require_equal(&session->state, session->comm);
}

ls_status ls_session_judge_write(ls_session *session, ls_status status)
{
    if (status == LS_OK || status == LS_DIVERGED || ls_comm_is_lost(session->comm)) {
        return status;
    }
    if (strcmp(session->config->train_on_checkpoint_error, "continue") == 0) {
        ls_warn("%s; training goes on, what was written before stands, and it is tried again at "
                "the next checkpoint (train.on_checkpoint_error = continue)",
                ls_error_message());
        return LS_OK;
    }
    LS_FAIL(LS_LOST,
            "%s; what was written before stands: mend this and run again to go on from there, or "
            "train on meanwhile with train.on_checkpoint_error=continue",
            ls_error_message());
}

static bool is_saved(const ls_session *session)
{
    const ls_progress *now = &session->state.progress;
    const ls_progress *then = &session->saved;
    return session->has_saved && now->step == then->step && now->epoch == then->epoch &&
           now->batch == then->batch;
}

/* Collective. Before any checkpoint: whether the folder is still ours and the ranks still equal. */
static ls_status prepare(ls_session *session)
{
    ls_comm_note(session->comm, session->state.progress.step, "a checkpoint");
    LS_TRY(ls_run_folder_require_lock(session->folder));
    return ls_session_check_replicas(session);
}

ls_status ls_session_save_best(ls_session *session)
{
    double began = ls_clock_seconds();
    LS_TRY(prepare(session));
    ls_status status = ls_run_folder_save_best(session->folder, &session->state);
    session->times.checkpoints += ls_clock_seconds() - began;
    return ls_session_judge_write(session, status);
}

ls_status ls_session_save(ls_session *session)
{
    if (is_saved(session)) {
        return LS_OK;
    }
    double began = ls_clock_seconds();
    LS_TRY(prepare(session));
    ls_status status = ls_run_folder_save(session->folder, &session->state);
    session->has_saved = status == LS_OK;
    session->saved = session->state.progress;
    double seconds = ls_clock_seconds() - began;
    session->times.checkpoints += seconds;
    session->times.checkpoint_each = ls_session_slowest(session->times.checkpoint_each, seconds);
    ls_session_plan_stop(session);
    return ls_session_judge_write(session, status);
}

ls_status ls_session_require_saved(const ls_session *session)
{
    LS_REQUIRE(is_saved(session), LS_LOST,
               "%s: the last checkpoint could not be written (see the warnings): run again to go "
               "on from the one before",
               session->config->train_out);
    return LS_OK;
}

ls_status ls_session_rescue(ls_session *session)
{
    char why[2048];
    snprintf(why, sizeof why, "%s", ls_error_message());
    if (is_saved(session)) {
        LS_FAIL(LS_LOST, "%s. The checkpoint of step %lld stands", why,
                (long long)session->state.progress.step);
    }
    ls_status status = ls_run_folder_rescue(session->folder, &session->state);
    if (status != LS_OK) {
        LS_FAIL(LS_LOST, "%s. No emergency checkpoint could be written: %s", why,
                ls_error_message());
    }
    LS_FAIL(LS_LOST, "%s. Rank %d wrote an emergency checkpoint of step %lld", why,
            ls_comm_rank(session->comm), (long long)session->state.progress.step);
}
