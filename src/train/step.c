/* One training step, the way of the data in one place:
 * batch -> forward -> loss -> backward -> gradient slices -> allreduce -> optimizer. */
#include "engine_private.h"

#include "lockstep/base/clock.h"

#include <string.h>

/* The layer whose slice of the gradients begins at `low`; of what goes to the state, the first. */
static int layer_at(const ls_model *model, int64_t low)
{
    bool of_state = low >= ls_model_parameter_count(model);
    int i = 0;
    while (of_state ? ls_model_layer_at(model, i)->plan.state_count == 0
                    : ls_model_layer_at(model, i)->high <= low) {
        i++;
    }
    return i;
}

/* What the layers are told of the lane in engine->x. */
static void begin_training(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                           int n)
{
    engine->training =
        (ls_training){.seed = (uint64_t)engine->config->train_seed,
                      .epoch = ls_dataset_current_epoch(data),
                      .step = step,
                      .samples = engine->ids,
                      .images = ls_lanes_batch_images(ls_dataset_train_lanes(data), b),
                      .penalties = engine->penalties};
    memset(engine->penalties, 0, sizeof *engine->penalties * (size_t)n);
}

/* The lane's losses and errors, added to `sums`. False when one is not finite. */
static bool add_losses(const ls_engine *engine, int n, ls_loss_sums *sums)
{
    ls_loss_sums lane = {0};
    for (int i = 0; i < n; i++) {
        ls_sum_add(&lane.loss, engine->values[i] + engine->penalties[i]);
        ls_sum_add(&lane.measure, engine->measure[i]);
    }
    ls_sum_merge(&sums->loss, &lane.loss);
    ls_sum_merge(&sums->measure, &lane.measure);
    return lane.loss.not_finite == 0 && lane.measure.not_finite == 0;
}

/* One lane: its losses go to `sums`, its gradients through the hook to the reducer. False when the
 * loss is not finite. */
static bool run_lane(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t g, int64_t step,
                     const ls_lane_pass *pass, ls_loss_sums *sums)
{
    ls_model *model = engine->model;
    double began = ls_clock_seconds();
    int n = ls_engine_training_lane(engine, data, b, g);
    begin_training(engine, data, b, step, n);
    ls_phases_lap(&engine->phases, LS_PHASE_BATCH, &began);
    const float *y = ls_model_forward(model, n, engine->x, &engine->training);
    ls_phases_lap(&engine->phases, LS_PHASE_FORWARD, &began);
    ls_loss_run(engine->loss, n, y, engine->target, engine->training.images, engine->values,
                engine->measure, engine->dy);
    bool finite = add_losses(engine, n, sums);
    ls_phases_lap(&engine->phases, LS_PHASE_LOSS, &began);
    ls_model_backward(model, engine->dy, pass);
    ls_phases_lap(&engine->phases, LS_PHASE_BACKWARD, &began);
    return finite;
}

/* This rank's lanes of the batch. */
static void run_lanes(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                      ls_loss_sums *sums, ls_fault *fault)
{
    const ls_lanes *lanes = ls_dataset_train_lanes(data);
    int64_t low = ls_lanes_first(lanes, b);
    int64_t high = ls_lanes_first(lanes, b + 1);
    int size = ls_comm_size(engine->comm);
    int64_t first = low + (ls_comm_rank(engine->comm) - low % size + size) % size;
    ls_reducer *reducer = &engine->reducer;
    int own = first < high ? (int)((high - first + size - 1) / size) : 0;
    ls_lane_pass pass = {
        .hook = ls_reducer_take_slice, .kept = ls_reducer_take_kept, .context = reducer};

    ls_reducer_begin(reducer, high - low, own);
    if (own == 0) {
        ls_reducer_without_lanes(reducer);
    }
    for (; pass.lane < own; pass.lane++) {
        int64_t g = first + (int64_t)pass.lane * size;
        if (!run_lane(engine, data, b, g, step, &pass, sums) && fault->lane == INT64_MAX) {
            *fault = (ls_fault){.lane = g, .layer = -1};
        }
    }
    int64_t bad = first + (int64_t)reducer->bad_lane * size;
    if (reducer->bad_lane < own && bad <= fault->lane) {
        *fault = (ls_fault){.lane = bad, .layer = layer_at(engine->model, reducer->bad_low)};
    }
}

/* Words that ride on the sum of gradients. */
enum {
    WORD_LOSS_WHOLE,
    WORD_LOSS_FRACTION,
    WORD_MEASURE_WHOLE,
    WORD_MEASURE_FRACTION,
    WORD_FAULT,
    WORD_SIGNAL,
    WORD_DEADLINE,
    WORD_SAVE,
    WORDS
};
_Static_assert(WORDS <= LS_WORD_COUNT, "the reducer has room for all words");

/* The sum over all ranks: of gradients, of losses, of faults and of wishes. */
static ls_status sum_over_ranks(ls_engine *engine, ls_loss_sums *sums, bool *faulty,
                                ls_wishes *wishes)
{
    int64_t *words = engine->reducer.words;
    words[WORD_LOSS_WHOLE] = sums->loss.whole;
    words[WORD_LOSS_FRACTION] = sums->loss.fraction;
    words[WORD_MEASURE_WHOLE] = sums->measure.whole;
    words[WORD_MEASURE_FRACTION] = sums->measure.fraction;
    words[WORD_FAULT] = *faulty;
    words[WORD_SIGNAL] = wishes->stop_by_signal;
    words[WORD_DEADLINE] = wishes->stop_by_deadline;
    words[WORD_SAVE] = wishes->save;
    LS_TRY(ls_reducer_end(&engine->reducer));
    sums->loss = (ls_sum){.whole = words[WORD_LOSS_WHOLE], .fraction = words[WORD_LOSS_FRACTION]};
    sums->measure =
        (ls_sum){.whole = words[WORD_MEASURE_WHOLE], .fraction = words[WORD_MEASURE_FRACTION]};
    *faulty = words[WORD_FAULT] != 0;
    *wishes = (ls_wishes){words[WORD_SIGNAL], words[WORD_DEADLINE], words[WORD_SAVE]};
    return LS_OK;
}

/* The state follows what the lanes gave, whose sums stand behind the parameters'. */
static void move_state(ls_engine *engine)
{
    int64_t low = ls_model_parameter_count(engine->model);
    int64_t high = ls_model_gradient_count(engine->model);
    if (high > low) {
        ls_model_move_state(engine->model, ls_reducer_sums(&engine->reducer) + low);
        ls_reducer_clear(&engine->reducer, low, high);
    }
}

ls_status ls_engine_step(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                         ls_loss_sums *sums, ls_wishes *wishes)
{
    ls_loss_sums batch_sums = {0};
    ls_fault fault = {.lane = INT64_MAX, .layer = -1};
    ls_wishes none = {0};
    ls_comm_note(engine->comm, step, "the sum of gradients");
    run_lanes(engine, data, b, step, &batch_sums, &fault);
    bool faulty = fault.lane != INT64_MAX;
    LS_TRY(sum_over_ranks(engine, &batch_sums, &faulty, wishes != NULL ? wishes : &none));

    double began = ls_clock_seconds();
    int64_t bad = ls_reducer_find_bad(&engine->reducer);
    if (bad >= 0) {
        fault.layer = layer_at(engine->model, bad);
    }
    if (faulty || bad >= 0) {
        return ls_engine_report_fault(engine, data, b, step, fault);
    }
    ls_sum_merge(&sums->loss, &batch_sums.loss);
    ls_sum_merge(&sums->measure, &batch_sums.measure);
    ls_engine_optimize(engine, ls_engine_learning_rate(engine, data, step), step);
    move_state(engine);
    ls_phases_lap(&engine->phases, LS_PHASE_OPTIMIZER, &began);
    return LS_OK;
}
