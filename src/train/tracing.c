/* The trace of a session's first steps: begun, and written when it is whole. */
#include "engine_private.h"
#include "session.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"

ls_status ls_session_begin_trace(ls_session *session)
{
    const char *path = session->config->train_trace;
    if (path[0] == '\0') {
        return LS_OK;
    }
    LS_TRY(ls_trace_create(&session->trace, path, session->comm, ls_engine_model(session->engine)));
    ls_trace_layers(session->trace, true);
    ls_engine_trace(session->engine, session->trace);
    return LS_OK;
}

/* A trace that can't be written is no reason to stop training. */
ls_status ls_session_end_trace(ls_session *session)
{
    if (session->trace == NULL) {
        return LS_OK;
    }
    ls_engine_trace(session->engine, NULL);
    ls_trace_layers(session->trace, false);
    ls_status status = ls_trace_write(session->trace);
    ls_trace_destroy(session->trace);
    session->trace = NULL;
    if (status != LS_OK && !ls_comm_is_lost(session->comm)) {
        ls_warn("train.trace: %s", ls_error_message());
        return LS_OK;
    }
    return status;
}

ls_status ls_session_trace_step(ls_session *session, double began)
{
    if (session->trace == NULL) {
        return LS_OK;
    }
    ls_trace_step(session->trace, session->state.progress.step, began, ls_clock_seconds());
    session->traced_steps++;
    return session->traced_steps < session->config->train_trace_steps
               ? LS_OK
               : ls_session_end_trace(session);
}
