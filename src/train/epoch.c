/* One epoch: its steps, and what is done when they are over. */
#include "session.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"

#include <math.h>

#define SHOW_SECONDS   0.2
#define STATUS_SECONDS 5.0

/* The progress line and status.json, both on rank 0 and only now and then. A status that can't be
 * written is no reason to stop: the checkpoint's own write will tell. */
static void show(ls_session *session)
{
    if (ls_comm_rank(session->comm) != 0) {
        return;
    }
    const ls_progress *progress = &session->state.progress;
    const ls_train_observer *observer = session->observer;
    double now = ls_clock_seconds();
    if (observer->progress != NULL && now - session->times.last_shown > SHOW_SECONDS) {
        session->times.last_shown = now;
        int64_t images = ls_session_epoch_images(session);
        observer->progress(observer->context, progress->epoch + 1, session->config->train_epochs,
                           (double)images / (double)ls_dataset_train_lanes(session->data)->images,
                           ls_sum_value(&progress->sums.measure) / (double)images,
                           ls_session_images_per_second(&session->times));
    }
    if (now - session->times.last_status > STATUS_SECONDS) {
        session->times.last_status = now;
        bool failed = ls_run_folder_status(session->folder, progress, "training") != LS_OK;
        if (failed && !session->status_failed) {
            ls_warn("%s", ls_error_message());
        }
        session->status_failed = failed;
    }
}

static ls_status step(ls_session *session, ls_wishes *wishes)
{
    ls_progress *progress = &session->state.progress;
    const ls_lanes *lanes = ls_dataset_train_lanes(session->data);
    double began = ls_clock_seconds();
    double comm = ls_comm_seconds(session->comm);
    int64_t images = ls_lanes_batch_images(lanes, progress->batch);
    *wishes = ls_session_wishes();
    LS_TRY(ls_engine_step(session->engine, session->data, progress->batch, progress->step + 1,
                          &progress->sums, wishes));
    progress->step++;
    progress->batch++;
    progress->samples += images;
    session->times.images += images;
    double seconds = ls_clock_seconds() - began;
    session->times.steps += seconds;
    session->times.step_each = ls_session_slowest(session->times.step_each, seconds);
    session->times.comm += ls_comm_seconds(session->comm) - comm;
    ls_session_plan_stop(session);
    show(session);
    return ls_session_trace_step(session, began);
}

/* What may follow a step within an epoch: a comparison of the ranks, a checkpoint. The epoch's end
 * and the run's do both themselves. */
static ls_status after_step(ls_session *session, const ls_wishes *wishes)
{
    const ls_config *config = session->config;
    int64_t done = session->state.progress.step;
    int64_t batches = ls_lanes_batches(ls_dataset_train_lanes(session->data));
    int64_t compare = config->train_check_replicas;
    int64_t save = config->train_checkpoint_steps;
    ls_session_heed(session, wishes);
    if (compare > 0 && done % compare == 0) {
        LS_TRY(ls_session_check_replicas(session));
    }
    bool last =
        session->state.progress.batch == batches || ls_session_stop(session) != LS_STOP_NOT_YET;
    if (wishes->save > 0 || (!last && save > 0 && done % save == 0)) {
        LS_TRY(ls_session_save(session));
    }
    return LS_OK;
}

ls_status ls_session_run_epoch(ls_session *session)
{
    ls_progress *progress = &session->state.progress;
    int64_t batches = ls_lanes_batches(ls_dataset_train_lanes(session->data));
    if (progress->batch == batches) {
        return LS_OK; /* stopped before its validation */
    }
    ls_comm_note(session->comm, progress->step, "the exchange of images");
    double began = ls_clock_seconds();
    LS_TRY(ls_dataset_epoch(session->data, progress->epoch));
    session->times.exchange += ls_clock_seconds() - began;
    while (progress->batch < batches && ls_session_stop(session) == LS_STOP_NOT_YET) {
        ls_wishes wishes;
        LS_TRY(step(session, &wishes));
        LS_TRY(after_step(session, &wishes));
    }
    return LS_OK;
}

static ls_status validate(ls_session *session, ls_validation *out)
{
    double began = ls_clock_seconds();
    ls_comm_note(session->comm, session->state.progress.step, "validation");
    LS_TRY(ls_engine_validate(session->engine, session->data, out));
    double seconds = ls_clock_seconds() - began;
    session->times.validation += seconds;
    session->times.validation_each = ls_session_slowest(session->times.validation_each, seconds);
    LS_REQUIRE(
        isfinite(out->loss) && isfinite(out->measure), LS_DIVERGED,
        "validation loss is not finite after epoch %lld; the last checkpoint, if there is one, "
        "stands: go on with a lower optim.lr",
        (long long)session->state.progress.epoch + 1);
    return LS_OK;
}

/* The best model has the lowest validation loss; early stopping waits for one that is lower by more
 * than min_delta than what it watches (Prechelt 1998: patience). Returns whether it is the best. */
static bool judge(ls_session *session, const ls_validation *validation)
{
    ls_progress *progress = &session->state.progress;
    if (validation->loss < progress->watched_loss - session->config->train_min_delta) {
        progress->watched_loss = validation->loss;
        progress->stale_epochs = 0;
    } else {
        progress->stale_epochs++;
    }
    if (!(validation->loss < progress->best_loss)) {
        return false;
    }
    progress->best_loss = validation->loss;
    progress->best_measure = validation->measure;
    progress->best_epoch = progress->epoch;
    progress->best_digest = ls_weights_digest(session->state.model);
    return true;
}

static ls_epoch_row make_row(const ls_session *session, const ls_validation *validation)
{
    const ls_progress *progress = &session->state.progress;
    double images = (double)ls_dataset_train_lanes(session->data)->images;
    return (ls_epoch_row){
        .epoch = progress->epoch,
        .step = progress->step,
        .lr = ls_engine_learning_rate(session->engine, session->data, progress->step),
        .train_measure = ls_sum_value(&progress->sums.measure) / images,
        .val_measure = validation->measure,
        .val_figure = validation->figure,
        .best_val_measure = progress->best_measure,
        .train_loss = ls_sum_value(&progress->sums.loss) / images,
        .val_loss = validation->loss};
}

static ls_status report(ls_session *session, const ls_epoch_row *row)
{
    if (ls_comm_rank(session->comm) != 0) {
        return LS_OK;
    }
    const ls_session_times *times = &session->times;
    const ls_train_observer *observer = session->observer;
    double seconds = ls_clock_seconds() - times->began;
    int64_t images = ls_dataset_train_lanes(session->data)->images;
    int64_t epochs = session->config->train_epochs;
    double epochs_run = (double)times->images / (double)images;
    double left = seconds / epochs_run * (double)(epochs - row->epoch);
    if (observer->epoch != NULL) {
        observer->epoch(observer->context, row, epochs, ls_session_images_per_second(times), left);
    }
    LS_TRY(ls_run_folder_write_metrics(session->folder, &session->state.history,
                                       ls_task_of(session->config)));
    ls_timing_row timing = {.epoch = row->epoch,
                            .step = row->step,
                            .ranks = ls_comm_size(session->comm),
                            .seconds = seconds,
                            .images_per_second = ls_session_images_per_second(times),
                            .comm_fraction = ls_session_comm_fraction(times),
                            .validation_seconds = times->validation,
                            .checkpoint_seconds = times->checkpoints,
                            .exchange_seconds = times->exchange};
    LS_TRY(ls_run_folder_add_timing(session->folder, &timing));
    return ls_run_folder_status(session->folder, &session->state.progress, "training");
}

ls_status ls_session_end_epoch(ls_session *session)
{
    ls_progress *progress = &session->state.progress;
    ls_validation validation = {0};
    LS_TRY(ls_session_check_replicas(session));
    LS_TRY(ls_session_require_time(session, session->times.validation_each));
    LS_TRY(validate(session, &validation));
    /* No rank waits for another before all of this is done: an emergency checkpoint may come. */
    progress->epoch++;
    bool best = judge(session, &validation);
    ls_epoch_row row = make_row(session, &validation);
    ls_status added = ls_history_add(&session->state.history, &row);
    ls_engine_follow(session->engine, &session->state.history);
    progress->batch = 0;
    progress->sums = (ls_loss_sums){0};
    LS_TRY(ls_comm_agree(session->comm, added));
    /* Before the checkpoint: a run killed after it would never draw this epoch's sheet. */
    bool draws = ls_comm_rank(session->comm) == 0;
    ls_status drawn = ls_comm_agree(session->comm, draws ? ls_session_draw(session) : LS_OK);
    LS_TRY(ls_session_judge_write(session, drawn));
    if (best) {
        LS_TRY(ls_session_save_best(session));
    }
    LS_TRY(ls_session_save(session));
    ls_status reported = ls_comm_agree(session->comm, report(session, &row));
    return ls_session_judge_write(session, reported);
}
