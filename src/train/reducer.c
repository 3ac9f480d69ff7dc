/* Sums of gradients, bucket by bucket: exact, or as float32. */
#include "reducer.h"

#include "lockstep/base/clock.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define TOTAL_LIMIT 0x1p19 /* of a sum over lanes; 2^63 units of 2^-44 */

static bool is_alone(const ls_reducer *reducer)
{
    return ls_comm_size(reducer->comm) == 1;
}

void ls_reducer_begin(ls_reducer *reducer, int64_t lanes, int own_lanes)
{
    reducer->own_lanes = own_lanes;
    reducer->bad_lane = INT_MAX;
    reducer->limit = (float)(TOTAL_LIMIT / (double)lanes);
    reducer->pending_low = reducer->pending_high = ls_model_gradient_count(reducer->model);
    reducer->started_low = reducer->started_high = reducer->pending_high;
    reducer->made_seconds = 0;
    reducer->status = LS_OK;
    memset(reducer->words, 0, LS_WORD_COUNT * sizeof *reducer->words);
}

/* The first failure stays; the sums go on, as other ranks wait for them. */
static void keep(ls_reducer *reducer, ls_status status, double began)
{
    ls_phases_lap(reducer->phases, LS_PHASE_REDUCE, &began);
    if (reducer->status == LS_OK) {
        reducer->status = status;
    }
}

/* Alone, totals became float as the last lane was added. The words come back as integers: their
 * bucket is summed as such. */
static ls_status sum_exact(ls_reducer *reducer, int64_t low, size_t count, bool with_words)
{
    ls_sum_to_float to_float = reducer->backend->fixed_to_float;
    int64_t *totals = reducer->totals + low;
    float *gradients = ls_model_gradients(reducer->model) + low;
    if (is_alone(reducer)) {
        return LS_OK;
    }
    if (!with_words) {
        return ls_comm_sum_fixed(reducer->comm, totals, count, to_float, gradients);
    }
    LS_TRY(ls_comm_sum_i64(reducer->comm, totals - LS_WORD_COUNT, count + LS_WORD_COUNT));
    to_float((int64_t)count, totals, gradients);
    return LS_OK;
}

/* What is pending; with the words when it is the last bucket of exact sums. */
static void sum_pending(ls_reducer *reducer, bool with_words)
{
    double began = ls_clock_seconds();
    int64_t low = reducer->pending_low;
    size_t count = (size_t)(reducer->pending_high - low);
    ls_status status = LS_OK;
    if (reducer->exact) {
        status = sum_exact(reducer, low, count, with_words);
    } else {
        status = ls_comm_sum_f32(reducer->comm, ls_model_gradients(reducer->model) + low, count);
        if (with_words && status == LS_OK) {
            status = ls_comm_sum_i64(reducer->comm, reducer->words, LS_WORD_COUNT);
        }
    }
    keep(reducer, status, began);
    reducer->pending_high = low;
}

/* What is pending goes on its way. */
static void start_pending(ls_reducer *reducer)
{
    double began = ls_clock_seconds();
    int64_t low = reducer->pending_low;
    size_t count = (size_t)(reducer->pending_high - low);
    ls_status status =
        reducer->exact
            ? ls_comm_start_sum_i64(reducer->comm, reducer->totals + low, count)
            : ls_comm_start_sum_f32(reducer->comm, ls_model_gradients(reducer->model) + low, count);
    if (reducer->started_low == reducer->started_high) {
        reducer->started_at = began;
    }
    keep(reducer, status, began);
    reducer->pending_high = reducer->started_low = low;
}

/* Waits for what is on its way. */
static void finish_started(ls_reducer *reducer)
{
    int64_t low = reducer->started_low;
    if (low == reducer->started_high) {
        return;
    }
    double began = ls_clock_seconds();
    reducer->phases->times.hidden += began - reducer->started_at;
    ls_status status = ls_comm_finish_sums(reducer->comm);
    if (reducer->exact && status == LS_OK && !is_alone(reducer)) {
        reducer->backend->fixed_to_float(reducer->started_high - low, reducer->totals + low,
                                         ls_model_gradients(reducer->model) + low);
    }
    keep(reducer, status, began);
}

static bool is_last(const ls_reducer *reducer, int lane)
{
    return lane == reducer->own_lanes - 1;
}

/* Slices come from the end of the block to its beginning, so pending ones are always neighbours;
 * the last bucket waits for the words. In shared memory there is nothing to send while backward
 * goes on: ranks that are ready add what stands. */
static void make_final(ls_reducer *reducer, int64_t low)
{
    reducer->pending_low = low;
    if (reducer->shared != NULL) {
        ls_shared_sum_stand(reducer->shared, (size_t)low);
    } else if (low > 0 && reducer->pending_high - low >= LS_BUCKET_COUNT) {
        double began = ls_clock_seconds();
        if (reducer->overlaps) {
            start_pending(reducer);
        } else {
            sum_pending(reducer, false);
        }
        reducer->phases->hook_sum_seconds += ls_clock_seconds() - began;
    }
}

static void progress(ls_reducer *reducer)
{
    if (reducer->overlaps) {
        double began = ls_clock_seconds();
        keep(reducer, ls_comm_progress(reducer->comm), began);
        reducer->phases->hook_sum_seconds += ls_clock_seconds() - began;
    }
}

/* The same slice is named whatever order a lane's slices come in. */
static void note_bad(ls_reducer *reducer, int lane, int64_t low)
{
    if (lane < reducer->bad_lane || (lane == reducer->bad_lane && low > reducer->bad_low)) {
        reducer->bad_lane = lane;
        reducer->bad_low = low;
    }
}

/* Alone, the totals of a single lane lie at the end of the block, whose own were used before it
 * comes: memory that stays in the cache. */
static int64_t *totals_of(const ls_reducer *reducer, const ls_slice *slice)
{
    int64_t end = ls_model_gradient_count(reducer->model);
    bool is_only = is_alone(reducer) && reducer->own_lanes == 1;
    return reducer->totals + (is_only ? end - (slice->high - slice->low) : slice->low);
}

/* Alone, the total becomes float at once, while it is at hand. */
static void convert(ls_reducer *reducer, const ls_slice *slice)
{
    double began = ls_clock_seconds();
    int64_t count = slice->high - slice->low;
    float *gradients = ls_model_gradients(reducer->model) + slice->low;
    int64_t *totals = totals_of(reducer, slice);
    bool good =
        reducer->backend->fixed_add(count, reducer->limit, slice->lane == 0, gradients, totals);
    if (is_alone(reducer) && is_last(reducer, slice->lane)) {
        reducer->backend->fixed_to_float(count, totals, gradients);
    }
    ls_phases_lap(reducer->phases, LS_PHASE_FIXED_POINT, &began);
    if (!good) {
        note_bad(reducer, slice->lane, slice->low);
    }
}

void ls_reducer_take_slice(void *context, const ls_slice *slice)
{
    ls_reducer *reducer = context;
    if (reducer->exact) {
        convert(reducer, slice);
    }
    if (is_last(reducer, slice->lane)) {
        make_final(reducer, slice->low);
        progress(reducer);
    }
}

/* Sums the lanes kept of a layer, up to `lane`. Alone, the last of them make it a float at once. */
static void sum_kept(ls_reducer *reducer, int layer, int lane)
{
    const void *kept = reducer->kept[ls_reducer_rank(reducer)];
    const bool makes_float = !reducer->exact || (is_alone(reducer) && is_last(reducer, lane));
    const ls_lane_sums to = {.exact = reducer->exact,
                             .first = lane < ls_model_kept_lanes(reducer->model),
                             .total = reducer->totals,
                             .g = makes_float ? ls_model_gradients(reducer->model) : NULL};
    for (int part = ls_model_layer_at(reducer->model, layer)->plan.parts - 1; part >= 0; part--) {
        int64_t low;
        int64_t high;
        ls_model_part(reducer->model, layer, part, &low, &high);
        ls_model_weigh(reducer->model, layer, part, 1, &kept, &to);
        if (is_last(reducer, lane)) {
            make_final(reducer, low);
            progress(reducer);
        }
    }
}

void ls_reducer_take_kept(void *context, int layer, int lane)
{
    ls_reducer *reducer = context;
    const int room = ls_model_kept_lanes(reducer->model);
    const int64_t low = ls_model_layer_at(reducer->model, layer)->low;
    if (reducer->exact && !ls_model_judge_kept(reducer->model, layer, lane, reducer->limit)) {
        note_bad(reducer, lane, low);
    }
    if (reducer->makes && is_last(reducer, lane)) {
        make_final(reducer, low); /* ready for whoever makes the host's sums */
    } else if (is_last(reducer, lane) || lane % room == room - 1) {
        sum_kept(reducer, layer, lane);
    }
}

/* Its totals are those of an earlier batch, its gradients zero. The buckets are those that backward
 * makes. */
void ls_reducer_without_lanes(ls_reducer *reducer)
{
    ls_model_keep_nothing(reducer->model);
    if (reducer->exact) {
        size_t count = (size_t)ls_model_gradient_count(reducer->model);
        memset(reducer->totals, 0, count * sizeof *reducer->totals);
    }
    int64_t parameters = ls_model_parameter_count(reducer->model);
    if (ls_model_gradient_count(reducer->model) > parameters) {
        make_final(reducer, parameters);
    }
    for (int i = ls_model_layer_count(reducer->model);
         i-- > ls_model_first_trained(reducer->model);) {
        const ls_model_layer *layer = ls_model_layer_at(reducer->model, i);
        for (int part = layer->plan.parts - 1; part > 0; part--) {
            make_final(reducer, layer->low + part * layer->plan.part_values);
        }
        if (layer->high > layer->low) {
            make_final(reducer, layer->low);
        }
    }
}

ls_status ls_reducer_end(ls_reducer *reducer)
{
    reducer->pending_low = 0;
    if (reducer->shared == NULL) {
        finish_started(reducer);
        sum_pending(reducer, true);
    } else {
        double began = ls_clock_seconds();
        keep(reducer, ls_shared_sum_run(reducer->shared), began);
        ls_phases_move(reducer->phases, LS_PHASE_REDUCE, LS_PHASE_BACKWARD, reducer->made_seconds);
    }
    return reducer->status;
}

float *ls_reducer_sums(const ls_reducer *reducer)
{
    return reducer->shared != NULL ? ls_shared_sum_result(reducer->shared)
                                   : ls_model_gradients(reducer->model);
}

int ls_reducer_rank(const ls_reducer *reducer)
{
    return reducer->shared != NULL ? ls_shared_sum_rank(reducer->shared) : 0;
}

int ls_reducer_ranks(const ls_reducer *reducer)
{
    return reducer->shared != NULL ? ls_shared_sum_ranks(reducer->shared) : 1;
}

ls_status ls_reducer_meet(const ls_reducer *reducer)
{
    return reducer->shared != NULL ? ls_shared_sum_meet(reducer->shared) : LS_OK;
}

int64_t ls_reducer_find_bad(const ls_reducer *reducer)
{
    const float *sums = ls_reducer_sums(reducer);
    int64_t count = reducer->exact ? 0 : ls_model_gradient_count(reducer->model);
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(sums[i])) {
            return i;
        }
    }
    return -1;
}

/* Exact totals are not added to but replaced by the next batch's first lane, and lanes leave their
 * gradients zero; but their sums may have come back there. */
void ls_reducer_clear(ls_reducer *reducer, int64_t low, int64_t high)
{
    float *gradients = ls_model_gradients(reducer->model);
    if (!reducer->exact || ls_reducer_sums(reducer) == gradients) {
        memset(gradients + low, 0, (size_t)(high - low) * sizeof *gradients);
    }
}
