/* Who holds what, in closed form. */
#include "placement.h"

int64_t ls_placement_item(const ls_placement *placement, int64_t position)
{
    return placement->permuted
               ? (int64_t)ls_permutation_apply(&placement->order, (uint64_t)position)
               : position;
}

int64_t ls_placement_position(const ls_placement *placement, int64_t item)
{
    return placement->permuted ? (int64_t)ls_permutation_invert(&placement->order, (uint64_t)item)
                               : item;
}

/* The rank r with cuts[r] <= position < cuts[r + 1]. */
static int find_part(const ls_placement *placement, int64_t position)
{
    int low = 0;
    int high = placement->size;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (placement->cuts[middle] <= position) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int ls_placement_owner(const ls_placement *placement, int64_t position)
{
    if (placement->cuts != NULL) {
        return find_part(placement, position);
    }
    return (int)(ls_lanes_of(&placement->lanes, position) % placement->size);
}

int64_t ls_placement_count(const ls_placement *placement, int rank)
{
    if (placement->cuts != NULL) {
        return placement->cuts[rank + 1] - placement->cuts[rank];
    }
    return ls_lanes_rank_images(&placement->lanes, rank, placement->size);
}

static void enter_lane(ls_walk *walk, int64_t g)
{
    const ls_lanes *lanes = &walk->placement->lanes;
    ls_lane lane = ls_lanes_at(lanes, ls_lanes_batch(lanes, g), g);
    walk->lane = g;
    walk->position = lane.first;
    walk->lane_end = lane.first + lane.count;
}

ls_walk ls_walk_begin(const ls_placement *placement, int rank)
{
    ls_walk walk = {.placement = placement, .left = ls_placement_count(placement, rank)};
    if (walk.left == 0) {
        return walk;
    }
    if (placement->cuts != NULL) {
        walk.position = placement->cuts[rank];
        walk.lane_end = placement->cuts[rank + 1];
    } else {
        enter_lane(&walk, rank);
    }
    return walk;
}

void ls_walk_step(ls_walk *walk)
{
    walk->position++;
    walk->left--;
    if (walk->left > 0 && walk->position == walk->lane_end) {
        enter_lane(walk, walk->lane + walk->placement->size);
    }
}
