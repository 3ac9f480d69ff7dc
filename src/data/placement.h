/* Inside data: which rank holds which item, as a pure function that every rank can evaluate for
 * every other, so that an exchange needs no talk about who sends what. All functions are local.
 *
 * A placement orders items (by a permutation, or as they are) and deals positions of that order to
 * ranks: in contiguous parts, or by lanes.
 */
#ifndef LOCKSTEP_DATA_PLACEMENT_H
#define LOCKSTEP_DATA_PLACEMENT_H

#include "lockstep/base/random.h"
#include "lockstep/data/lanes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_placement {
    int size;            /* ranks */
    const int64_t *cuts; /* [size + 1], borrowed: rank r holds cuts[r] .. cuts[r+1]-1; or NULL: */
    ls_lanes lanes;      /* lane g of the order is on rank g mod size */
    bool permuted;
    ls_permutation order; /* position -> item, if permuted */
} ls_placement;

int64_t ls_placement_item(const ls_placement *placement, int64_t position);
int64_t ls_placement_position(const ls_placement *placement, int64_t item);
/* The rank that holds a position. */
int ls_placement_owner(const ls_placement *placement, int64_t position);
/* How many positions a rank holds. */
int64_t ls_placement_count(const ls_placement *placement, int rank);

/* Walks the positions that a rank holds, ascending: the order of its places. */
typedef struct ls_walk {
    const ls_placement *placement;
    int64_t position; /* the present one */
    int64_t left;     /* positions from the present one on; 0 = past the end */
    int64_t lane;     /* the present one's lane, and where that ends */
    int64_t lane_end;
} ls_walk;

ls_walk ls_walk_begin(const ls_placement *placement, int rank);
void ls_walk_step(ls_walk *walk);

#endif
