/* Training from the first line of a configuration to the last line of a summary. */
#include "lockstep/train/train.h"

#include "session.h"

#include "lockstep/base/log.h"

/* Runs epochs until there is a reason to stop. */
static ls_status run_epochs(ls_session *session)
{
    const ls_progress *progress = &session->state.progress;
    int64_t batches = ls_lanes_batches(ls_dataset_train_lanes(session->data));
    while (ls_session_stop(session) == LS_STOP_NOT_YET) {
        LS_TRY(ls_session_run_epoch(session));
        if (progress->batch == batches && session->asked == LS_STOP_NOT_YET) {
            LS_TRY(ls_session_end_epoch(session));
        } else { /* max_steps within an epoch, or asked to stop */
            LS_TRY(ls_session_save(session));
        }
    }
    return LS_OK;
}

/* A phase that was left because a stop was asked for changed nothing of the state. */
static ls_status run(ls_session *session)
{
    ls_status status = run_epochs(session);
    if (status == LS_STOPPED) {
        LS_TRY(ls_session_find_reason(session));
        status = ls_session_save(session);
    }
    LS_TRY(status);
    return ls_session_require_saved(session);
}

static ls_status run_and_summarize(ls_session *session, ls_train_summary *summary)
{
    *summary = (ls_train_summary){.already_finished = ls_session_stop(session) != LS_STOP_NOT_YET};
    if (!summary->already_finished) {
        ls_status removed = ls_run_folder_remove_summary(session->folder);
        LS_TRY(ls_comm_agree(session->comm, removed));
        LS_TRY(run(session));
    }
    LS_TRY(ls_session_end_trace(session));
    LS_TRY(ls_session_summarize(session, summary));
    ls_session_say_rest(session);
    ls_log_record(LS_LOG_INFO, "%s: epoch %lld, step %lld", ls_stop_text(summary->stop),
                  (long long)summary->epochs, (long long)summary->steps);
    return LS_OK;
}

ls_status ls_train(const ls_config *config, ls_comm *comm, const ls_train_observer *observer,
                   ls_train_summary *summary)
{
    ls_session session = {0};
    ls_status status = ls_session_open(&session, config, comm, observer);
    if (status == LS_OK) {
        status = run_and_summarize(&session, summary);
        if (status == LS_LOST && ls_comm_survives(comm)) {
            status = ls_session_rescue(&session);
        }
    }
    if (status != LS_OK) {
        ls_log_record(LS_LOG_ERROR, "%s", ls_error_message());
    }
    ls_session_close(&session);
    return status;
}
