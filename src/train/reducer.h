/* The sum of gradients over lanes and ranks, exact, slice by slice as backward finishes them.
 *
 * Each lane's gradients are rounded once to fixed point and added as integers, so the total has the
 * same bits in whatever order lanes and ranks are added. Neighbouring slices are gathered into
 * buckets of at least LS_BUCKET_COUNT values; every rank sums the same buckets in the same order,
 * ranks without a lane included.
 *
 * With L lanes in a batch a lane's value must lie within 2^19 / L: then no total can pass 2^19, and
 * the error of a total is at most L * 2^-45 plus its one rounding to float32.
 */
#ifndef LOCKSTEP_TRAIN_REDUCER_H
#define LOCKSTEP_TRAIN_REDUCER_H

#include "lockstep/comm/comm.h"
#include "lockstep/model/model.h"

#define LS_BUCKET_COUNT 65536

typedef struct ls_reducer {
    ls_comm *comm;
    const ls_backend *backend;
    ls_model *model;
    int64_t *totals;                   /* [parameters], owned, in units of 2^-LS_FIXED_SHIFT */
    float limit;                       /* of a lane's value in this batch */
    bool last;                         /* the lane at work is this rank's last of the batch */
    bool lane_bad;                     /* a slice of the lane at work was out of range */
    int64_t bad_low;                   /* where the first such slice began */
    int64_t pending_low, pending_high; /* final, not yet summed */
    ls_status status;
    double convert_seconds, sum_seconds;
} ls_reducer;

ls_status ls_reducer_create(ls_reducer *reducer, ls_comm *comm, const ls_backend *backend,
                            ls_model *model);
void ls_reducer_destroy(ls_reducer *reducer);

/* A batch of `lanes` lanes begins. */
void ls_reducer_begin(ls_reducer *reducer, int64_t lanes);
/* A lane of this rank begins its backward pass; `last` = the batch has no further lane here. */
void ls_reducer_begin_lane(ls_reducer *reducer, bool last);
/* An ls_slice_hook, with the reducer as context. */
void ls_reducer_take_slice(void *reducer, int64_t low, int64_t high);
/* Collective: takes part in the sums for a rank that has no lane in this batch. */
void ls_reducer_without_lanes(ls_reducer *reducer);
/* Collective: sums what is pending and gives the first failure of this batch's sums. */
ls_status ls_reducer_end(ls_reducer *reducer);
/* The totals of [low, high) as float32 into g [high - low]; the totals become zero. */
void ls_reducer_give(ls_reducer *reducer, int64_t low, int64_t high, float *g);

#endif
