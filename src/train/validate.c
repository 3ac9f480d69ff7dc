/* Validation: every image once, summed so that the result has the same bits on any ranks. */
#include "engine_private.h"

#include <string.h>

#define ROUNDS_BETWEEN_VOTES 32 /* a fraction of a second for images of CIFAR's size */

static void add_lane(ls_engine *engine, const ls_dataset *data, int64_t g, ls_validation *out)
{
    ls_model *model = engine->model;
    int n = ls_engine_validation_lane(engine, data, g);
    const float *y = ls_model_run(model, 0, ls_model_layer_count(model), n, engine->x);
    ls_loss_run(engine->loss, n, y, engine->target, n, engine->values, engine->measure, NULL);
    for (int i = 0; i < n; i++) {
        ls_sum_add(&out->sums.loss, engine->values[i]);
        ls_sum_add(&out->sums.measure, engine->measure[i]);
    }
    ls_task_add_counts(n * engine->places, ls_model_output(model).c, y, engine->truth,
                       &out->counts);
}

/* Words that all ranks have added become a sum again. */
static ls_sum sum_of_words(const int64_t *words)
{
    ls_sum sum = {0};
    ls_sum_merge(&sum, &(ls_sum){.whole = words[0], .fraction = words[1], .not_finite = words[2]});
    return sum;
}

static ls_status sum_over_ranks(const ls_engine *engine, ls_validation *out)
{
    enum { SUM_WORDS = 2 * LS_SUM_WORDS, WORDS = SUM_WORDS + LS_TASK_COUNT_WORDS };
    const ls_loss_sums *sums = &out->sums;
    int64_t words[WORDS] = {sums->loss.whole,    sums->loss.fraction,    sums->loss.not_finite,
                            sums->measure.whole, sums->measure.fraction, sums->measure.not_finite};
    memcpy(words + SUM_WORDS, &out->counts, sizeof out->counts);
    LS_TRY(ls_comm_sum_i64(engine->comm, words, engine->places > 0 ? WORDS : SUM_WORDS));
    out->sums.loss = sum_of_words(words);
    out->sums.measure = sum_of_words(words + LS_SUM_WORDS);
    memcpy(&out->counts, words + SUM_WORDS, sizeof out->counts);
    return LS_OK;
}

static ls_status add_lanes(ls_engine *engine, const ls_dataset *data, ls_validation *out)
{
    const ls_lanes *lanes = ls_dataset_validation_lanes(data);
    int64_t count = ls_lanes_first(lanes, ls_lanes_batches(lanes));
    int size = ls_comm_size(engine->comm);
    int64_t rounds = (count + size - 1) / size; /* of a lane on each rank */
    for (int64_t i = 0; i < rounds; i++) {
        int64_t g = i * size + ls_comm_rank(engine->comm);
        if (g < count) {
            add_lane(engine, data, g, out);
        }
        if (i % ROUNDS_BETWEEN_VOTES == 0) {
            LS_TRY(ls_comm_agree_or_stop(engine->comm, LS_OK));
        }
    }
    return sum_over_ranks(engine, out);
}

/* However it ends, the parameters are those that are trained again. */
ls_status ls_engine_validate(ls_engine *engine, const ls_dataset *data, ls_validation *out)
{
    const ls_task *task = engine->task;
    double images = (double)ls_dataset_validation_lanes(data)->images;
    *out = (ls_validation){0};
    ls_model_exchange_averages(engine->model);
    ls_status status = add_lanes(engine, data, out);
    ls_model_exchange_averages(engine->model);
    out->loss = ls_sum_value(&out->sums.loss) / images;
    out->measure = ls_sum_value(&out->sums.measure) / images;
    out->figure = task->figure != NULL ? task->figure_of(out->measure, &out->counts) : 0;
    return status;
}
