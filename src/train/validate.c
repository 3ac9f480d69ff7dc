/* Validation: every image once, summed so that the result has the same bits on any ranks. */
#include "engine_private.h"

#define ROUNDS_BETWEEN_VOTES 32 /* a fraction of a second for images of CIFAR's size */

static void add_lane(ls_engine *engine, const ls_dataset *data, int64_t g, ls_loss_sums *sums)
{
    int n = ls_engine_validation_lane(engine, data, g);
    const float *y =
        ls_model_run(engine->model, 0, ls_model_layer_count(engine->model), n, engine->x);
    ls_loss_run(engine->loss, n, y, engine->target, n, engine->values, engine->mse, NULL);
    for (int i = 0; i < n; i++) {
        ls_sum_add(&sums->loss, engine->values[i]);
        ls_sum_add(&sums->mse, engine->mse[i]);
    }
}

/* Words that all ranks have added become a sum again. */
static ls_sum sum_of_words(const int64_t *words)
{
    ls_sum sum = {0};
    ls_sum_merge(&sum, &(ls_sum){.whole = words[0], .fraction = words[1], .not_finite = words[2]});
    return sum;
}

static ls_status validate(ls_engine *engine, const ls_dataset *data, ls_loss_sums *sums)
{
    const ls_lanes *lanes = ls_dataset_validation_lanes(data);
    int64_t count = ls_lanes_first(lanes, ls_lanes_batches(lanes));
    int size = ls_comm_size(engine->comm);
    int64_t rounds = (count + size - 1) / size; /* of a lane on each rank */
    *sums = (ls_loss_sums){0};
    for (int64_t i = 0; i < rounds; i++) {
        int64_t g = i * size + ls_comm_rank(engine->comm);
        if (g < count) {
            add_lane(engine, data, g, sums);
        }
        if (i % ROUNDS_BETWEEN_VOTES == 0) {
            LS_TRY(ls_comm_agree_or_stop(engine->comm, LS_OK));
        }
    }
    int64_t words[2 * LS_SUM_WORDS] = {sums->loss.whole, sums->loss.fraction, sums->loss.not_finite,
                                       sums->mse.whole,  sums->mse.fraction,  sums->mse.not_finite};
    LS_TRY(ls_comm_sum_i64(engine->comm, words, 2 * LS_SUM_WORDS));
    sums->loss = sum_of_words(words);
    sums->mse = sum_of_words(words + LS_SUM_WORDS);
    return LS_OK;
}

/* However it ends, the parameters are those that are trained again. */
ls_status ls_engine_validate(ls_engine *engine, const ls_dataset *data, ls_loss_sums *sums)
{
    ls_model_exchange_averages(engine->model);
    ls_status status = validate(engine, data, sums);
    ls_model_exchange_averages(engine->model);
    return status;
}
