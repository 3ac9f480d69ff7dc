/* Computing a split's features, lane by lane, into one array. */
#include "features.h"

#include "share.h"

#include "lockstep/base/memory.h"

#include <string.h>

#define BLOCK_IMAGES 256 /* of a block, at least */
#define BLOCK_UNIT   16  /* images whose features fill whole cache lines, however many there are */

/* Lanes of a block. */
static int64_t lanes_of_block(int lane)
{
    return BLOCK_UNIT * ((BLOCK_IMAGES / BLOCK_UNIT + lane - 1) / lane);
}

static ls_status reserve(ls_features *f, const ls_share *share)
{
    void *memory;
    size_t images = (size_t)share->range.count + 1; /* never nothing */
    LS_TRY(ls_alloc(&memory, sizeof(float) * images * (size_t)f->values, "a split's features"));
    f->x = memory;
    LS_TRY(ls_alloc(&memory, images, "a split's labels"));
    f->labels = memory;
    return LS_OK;
}

/* Local. Layers 0 .. last-1 of this rank's lanes. */
static void compute(ls_features *f, ls_trained *trained, ls_share *share, int last)
{
    float *to = f->x;
    for (int64_t g = share->low; g < share->high; g++) {
        int n = ls_share_lane(share, trained->backend, g, NULL);
        const float *y = last > 0 ? ls_model_run(trained->model, 0, last, n, share->x) : share->x;
        memcpy(to, y, sizeof(float) * (size_t)n * (size_t)f->values);
        to += (int64_t)n * f->values;
    }
    memcpy(f->labels, share->labels, (size_t)f->count);
}

static ls_status open_features(ls_features *f, ls_trained *trained, ls_share *share, ls_split split,
                               int last, ls_comm *comm)
{
    int64_t group = lanes_of_block(ls_model_lane(trained->model));
    LS_TRY(ls_share_open(share, trained, split, 0, group, comm));
    f->images = share->lanes.images;
    f->first = share->range.first;
    f->count = share->range.count;
    f->block = group * share->lanes.lane;
    f->classes = share->classes;
    ls_shape shape =
        last > 0 ? ls_model_layer_at(trained->model, last - 1)->plan.out : share->shape;
    f->values = (int)ls_shape_count(shape);
    LS_TRY(ls_comm_agree(comm, reserve(f, share)));
    compute(f, trained, share, last);
    return LS_OK;
}

ls_status ls_features_open(ls_features *out, ls_trained *trained, ls_split split, int last,
                           ls_comm *comm)
{
    *out = (ls_features){0};
    ls_share share = {0};
    ls_status status = open_features(out, trained, &share, split, last, comm);
    ls_share_close(&share);
    return status;
}

void ls_features_close(ls_features *features)
{
    ls_free(features->x);
    ls_free(features->labels);
    *features = (ls_features){0};
}

int64_t ls_features_blocks(const ls_features *features)
{
    return (features->count + features->block - 1) / features->block;
}

ls_feature_block ls_features_block(const ls_features *features, int64_t b)
{
    int64_t at = b * features->block;
    return (ls_feature_block){.n = (int)ls_share_least(features->block, features->count - at),
                              .at = at,
                              .x = features->x + at * features->values};
}
