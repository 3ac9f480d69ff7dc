/* One side of a measurement: real training steps on real batches, timed block by block. */
#include "bench.h"

#include "lockstep/base/clock.h"

#include <math.h>
#include <stdlib.h>

ls_status app_side_open(app_side *side, ls_comm *comm)
{
    side->comm = comm;
    LS_TRY(ls_dataset_open(&side->data, &side->config, comm));
    LS_TRY(ls_engine_create(&side->engine, &side->config, side->data, comm));
    return ls_dataset_epoch(side->data, side->epoch);
}

void app_side_close(app_side *side)
{
    ls_engine_destroy(side->engine);
    ls_dataset_close(side->data);
    side->engine = NULL;
    side->data = NULL;
}

void app_side_reset(app_side *side)
{
    ls_engine_times times;
    ls_engine_take_times(side->engine, &times);
    side->images = side->steps = 0;
    side->seconds = side->comm_seconds = side->waited = 0;
    side->blocks = 0;
}

/* Images of batch b that are this rank's. */
static int64_t own_images(const app_side *side, const ls_lanes *lanes, int64_t b)
{
    int size = ls_comm_size(side->comm);
    int64_t images = 0;
    for (int64_t g = ls_lanes_first(lanes, b); g < ls_lanes_first(lanes, b + 1); g++) {
        if (g % size == ls_comm_rank(side->comm)) {
            images += ls_lanes_at(lanes, b, g).count;
        }
    }
    return images;
}

/* One step; the order of the next epoch is made before the clock runs. *work: nanoseconds of it
 * outside collectives. */
static ls_status timed_step(app_side *side, int64_t *images, double *seconds, int64_t *work)
{
    const ls_lanes *lanes = ls_dataset_train_lanes(side->data);
    if (side->batch == ls_lanes_batches(lanes)) {
        side->batch = 0;
        LS_TRY(ls_dataset_epoch(side->data, ++side->epoch));
    }
    ls_loss_sums sums = {0};
    double begin = ls_clock_seconds();
    double inside = ls_comm_seconds(side->comm);
    LS_TRY(ls_engine_step(side->engine, side->data, side->batch, ++side->step, &sums, NULL));
    double took = ls_clock_seconds() - begin;
    double in_comm = ls_comm_seconds(side->comm) - inside;
    *work = (int64_t)(1e9 * (took - in_comm));
    *seconds += took;
    side->comm_seconds += in_comm;
    side->images += own_images(side, lanes, side->batch);
    *images += ls_lanes_batch_images(lanes, side->batch);
    side->batch++;
    return LS_OK;
}

/* The ranks meet in every step: each waits there for the one that worked longest. */
static ls_status add_waiting(app_side *side, int64_t steps, int64_t work[APP_BLOCK_STEPS])
{
    int64_t waited = 0;
    for (int64_t i = 0; i < steps; i++) {
        waited -= work[i];
    }
    LS_TRY(ls_comm_max_i64(side->comm, work, (size_t)steps));
    for (int64_t i = 0; i < steps; i++) {
        waited += work[i];
    }
    LS_TRY(ls_comm_sum_i64(side->comm, &waited, 1));
    side->waited += 1e-9 * (double)waited / ls_comm_size(side->comm);
    return LS_OK;
}

ls_status app_side_block(app_side *side, int64_t steps)
{
    int64_t work[APP_BLOCK_STEPS] = {0};
    int64_t images = 0;
    double seconds = 0;
    LS_TRY(ls_comm_barrier(side->comm));
    for (int64_t i = 0; i < steps; i++) {
        LS_TRY(timed_step(side, &images, &seconds, &work[i]));
    }
    LS_TRY(add_waiting(side, steps, work));
    side->steps += steps;
    side->seconds += seconds;
    if (side->blocks < APP_BLOCKS_MAX) {
        side->rates[side->blocks++] = (double)images / seconds;
    }
    return LS_OK;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double app_quantile(double *values, int count, double share)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    double at = share * (count - 1);
    int low = (int)floor(at);
    int high = low + 1 < count ? low + 1 : low;
    return values[low] + (at - low) * (values[high] - values[low]);
}
