/* Opening a session: data, engine, folder, and where to begin. */
#include "session.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

static void describe_state(ls_session *session)
{
    ls_training_state *state = &session->state;
    state->model = ls_engine_model(session->engine);
    state->optim = ls_engine_optim(session->engine);
    for (int i = 0; i < state->optim->moment_count; i++) {
        state->moments[i] = ls_engine_moment(session->engine, i);
    }
    state->progress = (ls_progress){.best_loss = (double)INFINITY,
                                    .best_measure = (double)INFINITY,
                                    .watched_loss = (double)INFINITY};
    state->data_digest = ls_dataset_digest(session->data);
    state->config = session->config;
    ls_backend_describe(ls_engine_backend(session->engine), session->kernels);
    state->kernels = session->kernels;
}

static ls_status load_pictures(ls_session *session)
{
    const ls_lanes *lanes = ls_dataset_validation_lanes(session->data);
    ls_shape shape = ls_dataset_shape(session->data);
    session->picture_count = (int)(lanes->images < LS_PICTURES ? lanes->images : LS_PICTURES);
    size_t bytes = (size_t)session->picture_count * (size_t)ls_shape_count(shape);
    void *memory = NULL;
    LS_TRY(ls_comm_agree(session->comm, ls_alloc(&memory, bytes, "pictures")));
    session->pictures = memory;
    return ls_dataset_validation_head(session->data, session->picture_count, session->pictures);
}

/* Takes up the newest checkpoint, or begins. */
static ls_status resume_or_begin(ls_session *session)
{
    ls_training_state *state = &session->state;
    char path[LS_PATH_CHARS] = "";
    void *memory = NULL;
    LS_TRY(ls_comm_agree(session->comm, ls_alloc(&memory, sizeof(ls_checkpoint_head), "a head")));
    ls_status status =
        ls_run_folder_choose(session->folder, session->config, state->data_digest, path, memory);
    ls_free(memory);
    LS_TRY(status);
    if (path[0] != '\0') {
        LS_TRY(ls_checkpoint_read(path, state, session->comm));
        /* Not where train.resume names another folder's file: this one has none yet. */
        session->has_saved = strcmp(session->config->train_resume, "auto") == 0;
        session->saved = state->progress;
        ls_engine_follow(session->engine, &state->history);
    } else if (session->config->model_weights[0] != '\0') {
        LS_TRY(ls_engine_load_weights(session->engine));
    }
    return ls_run_folder_settle(session->folder, state);
}

static void announce(const ls_session *session)
{
    char shape[LS_SHAPE_CHARS];
    const ls_source_info *source = ls_dataset_source(session->data);
    ls_info("data: %s, %lld training and %lld validation images of %s", source->kind,
            (long long)ls_dataset_train_lanes(session->data)->images,
            (long long)ls_dataset_validation_lanes(session->data)->images,
            ls_shape_text(source->shape, shape));
    ls_info("network: %lld parameters; batch %lld in lanes of %lld",
            (long long)ls_model_parameter_count(session->state.model),
            (long long)session->config->train_batch, (long long)session->config->train_lane);
    ls_info("ranks: %d on %d host%s; kernels: %s", ls_comm_size(session->comm),
            ls_comm_hosts(session->comm), ls_comm_hosts(session->comm) == 1 ? "" : "s",
            session->kernels);
}

ls_status ls_session_open(ls_session *session, const ls_config *config, ls_comm *comm,
                          const ls_train_observer *observer)
{
    *session = (ls_session){.config = config, .comm = comm, .observer = observer};
    session->times.began = ls_clock_seconds();
    session->deadline.at = (double)INFINITY;
    ls_status told = LS_OK;
    if (ls_comm_rank(comm) == 0) {
        told = ls_deadline_find(&session->deadline, config, session->times.began);
    }
    LS_TRY(ls_comm_agree(comm, told));
    ls_comm_note(comm, 0, "loading the data");
    LS_TRY(ls_dataset_open(&session->data, config, comm));
    LS_TRY(ls_engine_create(&session->engine, config, session->data, comm));
    LS_TRY(ls_session_begin_trace(session));
    /* Only now: what can't begin leaves no folder behind. */
    LS_TRY(ls_run_folder_open(&session->folder, config->train_out, comm));
    describe_state(session);
    announce(session);
    LS_TRY(load_pictures(session));
    return resume_or_begin(session);
}

void ls_session_close(ls_session *session)
{
    ls_free(session->pictures);
    ls_history_free(&session->state.history);
    ls_trace_destroy(session->trace);
    ls_engine_destroy(session->engine);
    ls_dataset_close(session->data);
    ls_run_folder_close(session->folder);
}

int64_t ls_session_epoch_images(const ls_session *session)
{
    const ls_lanes *lanes = ls_dataset_train_lanes(session->data);
    int64_t images = session->state.progress.batch * lanes->batch;
    return images < lanes->images ? images : lanes->images;
}
