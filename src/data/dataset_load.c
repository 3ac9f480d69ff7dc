/* The first load: each rank reads a contiguous part of each split that is used, puts every image
 * where it belongs (to train or to validate) and adds it to the digest.
 */
#include "dataset_private.h"
#include "digest.h"
#include "source_private.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"

enum { DIGEST_TRAIN, DIGEST_VALIDATION, DIGEST_COUNT };

typedef struct load {
    ls_dataset *data;
    ls_source_range ranges[LS_SPLIT_COUNT]; /* this rank's */
    uint64_t digest[DIGEST_COUNT];
} load;

static int64_t *validation_cuts(const ls_dataset *data)
{
    return data->cuts + data->size + 1;
}

/* A training part begins with the first item at or after its first sample. */
static ls_status cut_parts(ls_dataset *data)
{
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, 2 * ((size_t)data->size + 1) * sizeof(int64_t), "a load's parts"));
    data->cuts = memory;
    for (int r = 0; r <= data->size; r++) {
        int64_t sample = ls_source_share(data->division.used, r, data->size).first;
        int64_t held = ls_division_held_below(&data->division, sample);
        data->cuts[r] = ls_division_items_below(&data->division, sample);
        validation_cuts(data)[r] =
            data->held_out ? held
                           : ls_source_share(data->info.images[LS_TEST], r, data->size).first;
    }
    return LS_OK;
}

/* A store for what is loaded and for what the lanes will bring. */
static ls_status make_store(const ls_dataset *data, ls_store *store, const int64_t *cuts,
                            const ls_lanes *lanes)
{
    int64_t loaded = cuts[data->rank + 1] - cuts[data->rank];
    int64_t dealt = ls_lanes_rank_images(lanes, data->rank, data->size);
    LS_TRY(ls_store_create(store, data->image_bytes, loaded > dealt ? loaded : dealt));
    return LS_OK;
}

static ls_status prepare(ls_dataset *data)
{
    LS_TRY(cut_parts(data));
    LS_TRY(make_store(data, &data->train, data->cuts, &data->train_lanes));
    LS_TRY(make_store(data, &data->validation, validation_cuts(data), &data->validation_lanes));
    return LS_OK;
}

static ls_status keep(load *l, int kind, ls_store *store, int64_t place, int64_t number,
                      const uint8_t *pixels, uint8_t label)
{
    l->digest[kind] += ls_digest_image(number, label, pixels, l->data->image_bytes);
    LS_TRY(ls_store_put(store, place, pixels, label));
    return LS_OK;
}

static ls_status take_images(void *context, ls_split split, ls_source_range range,
                             const uint8_t *pixels, const uint8_t *labels)
{
    load *l = context;
    ls_dataset *data = l->data;
    const ls_division *division = &data->division;
    int64_t train_first = data->cuts[data->rank];
    int64_t validation_first = validation_cuts(data)[data->rank];
    int64_t held = ls_division_held_below(division, range.first);
    int64_t item = ls_division_items_below(division, range.first);
    for (int64_t i = 0; i < range.count; i++) {
        int64_t sample = range.first + i;
        const uint8_t *image = pixels + (size_t)i * data->image_bytes;
        if (split == LS_TEST) {
            LS_TRY(keep(l, DIGEST_VALIDATION, &data->validation, sample - validation_first, sample,
                        image, labels[i]));
        } else if (held < division->held_count && division->held[held] == sample) {
            LS_TRY(keep(l, DIGEST_VALIDATION, &data->validation, held - validation_first, sample,
                        image, labels[i]));
            held++;
        } else if (item < ls_division_items(division) &&
                   ls_division_sample(division, item) == sample) {
            LS_TRY(
                keep(l, DIGEST_TRAIN, &data->train, item - train_first, sample, image, labels[i]));
            item++;
        }
    }
    return LS_OK;
}

/* Shape, counts and which split validates stand in the digest beside the images. */
static ls_status finish_digest(load *l)
{
    ls_dataset *data = l->data;
    LS_TRY(ls_digest_reduce(data->comm, l->digest, DIGEST_COUNT));
    uint64_t words[] = {(uint64_t)data->info.shape.h,
                        (uint64_t)data->info.shape.w,
                        (uint64_t)data->info.shape.c,
                        (uint64_t)data->train_lanes.images,
                        (uint64_t)data->validation_lanes.images,
                        data->held_out ? 1 : 0,
                        l->digest[DIGEST_TRAIN],
                        l->digest[DIGEST_VALIDATION]};
    data->digest = ls_hash64(words, sizeof words);
    return LS_OK;
}

ls_status ls_dataset_load(ls_dataset *data, ls_source *source)
{
    load l = {.data = data};
    LS_TRY(ls_comm_agree(data->comm, prepare(data)));
    l.ranges[LS_TRAIN] = ls_source_share(data->division.used, data->rank, data->size);
    if (!data->held_out) {
        l.ranges[LS_TEST] = ls_source_share(data->info.images[LS_TEST], data->rank, data->size);
    }
    LS_TRY(ls_source_stream(source, l.ranges, take_images, &l));
    LS_TRY(finish_digest(&l));
    return LS_OK;
}
