/* Exact sums of gradients, bucket by bucket. */
#include "reducer.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <string.h>

#define TOTAL_LIMIT 0x1p19 /* of a sum over lanes; 2^63 units of 2^-44 */

ls_status ls_reducer_create(ls_reducer *reducer, ls_comm *comm, const ls_backend *backend,
                            ls_model *model)
{
    *reducer = (ls_reducer){.comm = comm, .backend = backend, .model = model};
    void *memory;
    size_t count = (size_t)ls_model_parameter_count(model);
    LS_TRY(ls_alloc(&memory, count * sizeof(int64_t), "the sums of gradients"));
    reducer->totals = memory;
    return LS_OK;
}

void ls_reducer_destroy(ls_reducer *reducer)
{
    ls_free(reducer->totals);
    reducer->totals = NULL;
}

void ls_reducer_begin(ls_reducer *reducer, int64_t lanes)
{
    reducer->limit = (float)(TOTAL_LIMIT / (double)lanes);
    reducer->pending_low = reducer->pending_high = ls_model_parameter_count(reducer->model);
    reducer->status = LS_OK;
}

void ls_reducer_begin_lane(ls_reducer *reducer, bool last)
{
    reducer->last = last;
    reducer->lane_bad = false;
}

static void sum_pending(ls_reducer *reducer)
{
    int64_t low = reducer->pending_low;
    int64_t count = reducer->pending_high - low;
    if (count == 0) {
        return;
    }
    double began = ls_clock_seconds();
    ls_status status = ls_comm_sum_i64(reducer->comm, reducer->totals + low, (size_t)count);
    reducer->sum_seconds += ls_clock_seconds() - began;
    if (reducer->status == LS_OK) {
        reducer->status = status;
    }
    reducer->pending_high = low;
}

/* Slices come from the end of the block to its beginning, so pending ones are always neighbours. */
static void make_final(ls_reducer *reducer, int64_t low)
{
    reducer->pending_low = low;
    if (reducer->pending_high - low >= LS_BUCKET_COUNT) {
        sum_pending(reducer);
    }
}

void ls_reducer_take_slice(void *context, int64_t low, int64_t high)
{
    ls_reducer *reducer = context;
    double began = ls_clock_seconds();
    float *gradients = ls_model_gradients(reducer->model) + low;
    bool good =
        reducer->backend->fixed_add(high - low, reducer->limit, gradients, reducer->totals + low);
    reducer->convert_seconds += ls_clock_seconds() - began;
    if (!good && !reducer->lane_bad) {
        reducer->lane_bad = true;
        reducer->bad_low = low;
    }
    if (reducer->last) {
        make_final(reducer, low);
    }
}

void ls_reducer_without_lanes(ls_reducer *reducer)
{
    for (int i = ls_model_layer_count(reducer->model); i-- > 0;) {
        const ls_model_layer *layer = ls_model_layer_at(reducer->model, i);
        if (layer->high > layer->low) {
            make_final(reducer, layer->low);
        }
    }
}

ls_status ls_reducer_end(ls_reducer *reducer)
{
    sum_pending(reducer);
    return reducer->status;
}

void ls_reducer_give(ls_reducer *reducer, int64_t low, int64_t high, float *g)
{
    int64_t *totals = reducer->totals + low;
    reducer->backend->fixed_to_float(high - low, totals, g);
    memset(totals, 0, (size_t)(high - low) * sizeof *totals);
}
