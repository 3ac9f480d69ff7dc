/* This rank's share of a split: a run of whole lanes, so that an image's values do not depend on
 * how many ranks there are (the bits of a product's row depend on the rows beside it). */
#ifndef LOCKSTEP_STUDY_SHARE_H
#define LOCKSTEP_STUDY_SHARE_H

#include "lockstep/data/corrupt.h"
#include "lockstep/data/lanes.h"
#include "lockstep/study/study.h"

static inline int64_t ls_share_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

typedef struct ls_share {
    ls_source_info info;
    ls_split split;
    int classes;
    ls_shape shape;
    ls_lanes lanes;        /* of the whole split: batch = lane */
    int64_t low, high;     /* this rank's lanes [low, high) */
    int64_t most;          /* lanes of the rank that has most: for collective loops */
    ls_source_range range; /* this rank's images */
    uint8_t *pixels;       /* [range.count, shape], owned */
    uint8_t *labels;       /* [range.count], owned */
    float *x;              /* [lane, shape], owned: the lane at hand */
    ls_corrupt corrupt;    /* by the model's options corrupt.* */
    float *corrupted;      /* [lane, shape], owned; NULL = nothing is corrupted */
    float *spare;          /* [shape], owned; NULL likewise */
} ls_share;

/* Collective. head 0: all images of the split, shared over the ranks in groups of `group` lanes
 * that stay together; else the first `head` of them, all on rank 0. Fails where the data has not
 * the model's shape. Owner: the caller, ls_share_close (allowed after a failure too). */
ls_status ls_share_open(ls_share *out, const ls_trained *trained, ls_split split, int64_t head,
                        int64_t group, ls_comm *comm);
void ls_share_close(ls_share *share);

/* Local. Layers 0 .. *last-1 end with the layer of this path; NULL = the encoder's end. */
ls_status ls_find_layer(const ls_model *model, const char *layer, int *last);

/* Local. Fails where a layer from `cut` on takes by name what one before it has given: codes at the
 * cut alone make no image then. */
ls_status ls_check_alone(const ls_model *model, int cut);

/* Local. Lane g (of this rank) as floats in share->x; *labels (or NULL): [n]. Returns n. */
int ls_share_lane(ls_share *share, const ls_backend *backend, int64_t g, const uint8_t **labels);
/* Local. The truth that the task learns of lane g's images into truth [n, ls_task_truth_bytes]. */
void ls_share_truth(const ls_share *share, const ls_task *task, int64_t g, uint8_t *truth);
/* Local. What the network is shown of lane g, whose n images are in share->x: those, or their
 * corruption in share->corrupted. */
const float *ls_share_input(ls_share *share, int64_t g);

#endif
