/* Lane arithmetic (docs/design.md): how an epoch of images is cut into batches and lanes, and
 * which rank works on which lane. Pure functions of (images, batch, lane) and, for the owner, size.
 *
 * A batch of n images is cut into ceil(n / lane) lanes whose sizes differ by at most one, larger
 * ones first (50 with lane 16: 13, 13, 12, 12). Lanes are numbered through the epoch; lane g
 * belongs to rank g mod size. Local, cannot fail.
 */
#ifndef LOCKSTEP_DATA_LANES_H
#define LOCKSTEP_DATA_LANES_H

#include <stdint.h>

typedef struct ls_lanes {
    int64_t images; /* of an epoch */
    int64_t batch;  /* images a batch */
    int64_t lane;   /* the most images a lane */
} ls_lanes;

typedef struct ls_lane {
    int64_t first; /* position in the epoch's order */
    int count;
} ls_lane;

int64_t ls_lanes_batches(const ls_lanes *lanes);
/* Images of batch b: all but the last have `batch`. */
int64_t ls_lanes_batch_images(const ls_lanes *lanes, int64_t b);
/* The epoch's number of batch b's first lane; with b = batches: how many lanes there are. */
int64_t ls_lanes_first(const ls_lanes *lanes, int64_t b);
/* The batch of lane g of the epoch. */
int64_t ls_lanes_batch(const ls_lanes *lanes, int64_t g);
/* Lane g of the epoch, which must be one of batch b's. */
ls_lane ls_lanes_at(const ls_lanes *lanes, int64_t b, int64_t g);
/* The epoch's lane that holds a position of the epoch's order. */
int64_t ls_lanes_of(const ls_lanes *lanes, int64_t position);

/* How many images of the epoch are on `rank`, and where among them those of its lane g begin. */
int64_t ls_lanes_rank_images(const ls_lanes *lanes, int rank, int size);
int64_t ls_lanes_slot(const ls_lanes *lanes, int64_t g, int size);

#endif
