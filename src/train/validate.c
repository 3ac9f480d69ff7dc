/* Validation: every image once, summed so that the result has the same bits on any ranks. */
#include "engine_private.h"

#define ROUNDS_BETWEEN_VOTES 32 /* a fraction of a second for images of CIFAR's size */

static void add_lane(ls_engine *engine, const ls_dataset *data, int64_t g, ls_sum *mse)
{
    int n = ls_engine_validation_lane(engine, data, g);
    const float *y =
        ls_model_run(engine->model, 0, ls_model_layer_count(engine->model), n, engine->x);
    engine->loss->run(engine->backend, n, ls_model_output(engine->model), y, engine->target, n,
                      engine->values, NULL);
    for (int i = 0; i < n; i++) {
        ls_sum_add(mse, engine->values[i]);
    }
}

static ls_status validate(ls_engine *engine, const ls_dataset *data, ls_sum *mse)
{
    const ls_lanes *lanes = ls_dataset_validation_lanes(data);
    int64_t count = ls_lanes_first(lanes, ls_lanes_batches(lanes));
    int size = ls_comm_size(engine->comm);
    int64_t rounds = (count + size - 1) / size; /* of a lane on each rank */
    *mse = (ls_sum){0};
    for (int64_t i = 0; i < rounds; i++) {
        int64_t g = i * size + ls_comm_rank(engine->comm);
        if (g < count) {
            add_lane(engine, data, g, mse);
        }
        if (i % ROUNDS_BETWEEN_VOTES == 0) {
            LS_TRY(ls_comm_agree_or_stop(engine->comm, LS_OK));
        }
    }
    int64_t words[LS_SUM_WORDS] = {mse->whole, mse->fraction, mse->not_finite};
    LS_TRY(ls_comm_sum_i64(engine->comm, words, LS_SUM_WORDS));
    *mse = (ls_sum){0};
    ls_sum_merge(mse, &(ls_sum){.whole = words[0], .fraction = words[1], .not_finite = words[2]});
    return LS_OK;
}

/* However it ends, the parameters are those that are trained again. */
ls_status ls_engine_validate(ls_engine *engine, const ls_dataset *data, ls_sum *mse)
{
    ls_model_exchange_averages(engine->model);
    ls_status status = validate(engine, data, mse);
    ls_model_exchange_averages(engine->model);
    return status;
}
