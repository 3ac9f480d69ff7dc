/* The sum of gradients over lanes and ranks, slice by slice as backward finishes them.
 *
 * train.reduce = exact: each lane's gradients are rounded once to fixed point and added as
 * integers, so the total has the same bits in whatever order lanes and ranks are added. With L
 * lanes in a batch a lane's value must lie within 2^19 / L: then no total can pass 2^19, and the
 * error of a total is at most L * 2^-45 plus its one rounding to float32.
 * train.reduce = fast: lanes are added as float32 where backward accumulates them, ranks by MPI, in
 * any order.
 *
 * Layers with parts (dense ones) give nothing lane by lane: the model keeps what their gradients
 * are made of, and the sum over lanes is made in one go.
 *
 * comm.reduce = node: what is added lies in memory that the ranks of a host share, and is summed at
 * the end of backward; of exact sums also what layers with parts keep, so that each rank makes a
 * share of their sums for all lanes of the host. comm.reduce = flat: neighbouring slices are
 * gathered into buckets of at least LS_BUCKET_COUNT values; every rank sums the same buckets in the
 * same order, ranks without a lane included. comm.reduce = overlap: the same, but a bucket is only
 * started, and all are waited for at the end of backward. A few words that all ranks add (losses,
 * faults, requests) ride on the last bucket.
 */
#ifndef LOCKSTEP_TRAIN_REDUCER_H
#define LOCKSTEP_TRAIN_REDUCER_H

#include "lockstep/comm/shared_sum.h"
#include "lockstep/config/config.h"
#include "lockstep/model/kept.h"
#include "phases.h"

#define LS_BUCKET_COUNT 65536
#define LS_WORD_COUNT   8 /* a cache line, so that the totals behind them stay aligned */

typedef struct ls_reducer {
    ls_comm *comm;
    const ls_backend *backend;
    ls_model *model;
    ls_phases *phases; /* borrowed, as all above */
    bool exact;
    bool overlaps;         /* buckets are on their way while backward goes on */
    ls_shared_sum *shared; /* owned: words and totals (gradients) lie there; NULL = by messages */
    void *memory;          /* owned: then they lie here, the totals right behind the words */
    const void **kept;     /* owned, [ranks of the host]: what each rank's model keeps */
    bool makes;            /* in shared memory: any rank makes sums of what all of them keep */
    int64_t *words;        /* [LS_WORD_COUNT] */
    int64_t *totals;       /* [parameters], in units of 2^-LS_FIXED_SHIFT; NULL in fast sums */
    float limit;           /* of a lane's value in this batch */
    int own_lanes;         /* this rank's lanes of the batch */
    int bad_lane;          /* the first of them with a slice out of range; INT_MAX = none */
    int64_t bad_low;       /* where its last such slice begins */
    int64_t pending_low, pending_high; /* final, not yet summed */
    int64_t started_low, started_high; /* on their way */
    double started_at;                 /* when the first of them was started */
    double made_seconds;               /* in this batch's sums: of gradients that were made */
    ls_status status;
} ls_reducer;

/* Collective, agrees: by train.reduce and comm.reduce. In shared memory, fast sums move the model's
 * gradients there. */
ls_status ls_reducer_create(ls_reducer *reducer, ls_comm *comm, const ls_backend *backend,
                            ls_model *model, ls_phases *phases, const ls_config *config);
void ls_reducer_destroy(ls_reducer *reducer);

/* A batch of `lanes` lanes begins, `own_lanes` of them this rank's; the words are zero. */
void ls_reducer_begin(ls_reducer *reducer, int64_t lanes, int own_lanes);
/* An ls_slice_hook, with the reducer as context; lanes: of this rank's own. */
void ls_reducer_take_slice(void *reducer, const ls_slice *slice);
/* An ls_kept_hook, likewise. */
void ls_reducer_take_kept(void *reducer, int layer, int lane);
/* Collective: takes part in the sums for a rank that has no lane in this batch. */
void ls_reducer_without_lanes(ls_reducer *reducer);
/* Collective: sums what is pending and the words, and gives the first failure of this batch's sums.
 */
ls_status ls_reducer_end(ls_reducer *reducer);
/* Where the first total that is not finite stands; -1 = all are. Exact sums have judged lanes. */
int64_t ls_reducer_find_bad(const ls_reducer *reducer);
/* [parameters and what goes to the state] the totals as float32. */
float *ls_reducer_sums(const ls_reducer *reducer);
/* Where those of a host lie in memory that its ranks share, they may share out what is made of them
 * and write it in their place: this rank among them, and their number; by messages, 0 of 1. */
int ls_reducer_rank(const ls_reducer *reducer);
int ls_reducer_ranks(const ls_reducer *reducer);
/* Collective over those: what was read and written before is done. By messages, nothing. */
ls_status ls_reducer_meet(const ls_reducer *reducer);
/* The totals of [low, high) have been used: the next batch begins from zero. */
void ls_reducer_clear(ls_reducer *reducer, int64_t low, int64_t high);

#endif
