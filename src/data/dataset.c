/* The data set of a run: opening, the epoch's order, and batches. */
#include "dataset_private.h"
#include "exchange.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <string.h>

/* Says it when a batch has fewer lanes than there are ranks. */
static void warn_idle(const ls_dataset *data)
{
    const ls_lanes *lanes = &data->train_lanes;
    int64_t working = ls_lanes_first(lanes, 1);
    if (working < data->size) {
        ls_warn("%lld of %d ranks have no work: batch %lld is %lld lane%s; use train.batch >= %lld "
                "or a smaller train.lane",
                (long long)(data->size - working), data->size,
                (long long)ls_lanes_batch_images(lanes, 0), (long long)working,
                working == 1 ? "" : "s", (long long)(data->size * lanes->lane));
    }
}

/* What follows from the options and the source's description, before any image is read. */
static ls_status settle(ls_dataset *data, const ls_config *config, const ls_source *source)
{
    data->info = *ls_source_describe(source);
    data->task = ls_task_of(config);
    LS_TRY(ls_source_classes(&data->info, config->data_path, data->task, &data->classes));
    LS_TRY(ls_division_create(&data->division, config, &data->info));
    data->held_out = data->division.held_count > 0;
    data->order_seed = (uint64_t)config->train_seed;
    data->image_bytes = (size_t)ls_shape_count(data->info.shape);
    data->validation_lanes =
        (ls_lanes){data->held_out ? data->division.held_count : data->info.images[LS_TEST],
                   config->train_lane, config->train_lane};
    return LS_OK;
}

/* From the parts that were loaded to the lanes of validation, whose order is the source's. */
static ls_status deal_validation(ls_dataset *data)
{
    ls_placement loaded = {.size = data->size, .cuts = data->cuts + data->size + 1};
    ls_placement dealt = {.size = data->size, .lanes = data->validation_lanes};
    LS_TRY(ls_exchange(&data->validation, data->comm, &loaded, &dealt));
    return LS_OK;
}

static ls_status fill(ls_dataset *data, const ls_config *config, ls_source *source)
{
    LS_TRY(ls_comm_agree(data->comm, settle(data, config, source)));
    if (config->data_labels > 0) {
        LS_TRY(ls_dataset_choose(data, config->data_labels, source));
    }
    data->train_lanes =
        (ls_lanes){ls_division_items(&data->division), config->train_batch, config->train_lane};
    warn_idle(data);
    LS_TRY(ls_dataset_load(data, source));
    data->placed = (ls_placement){.size = data->size, .cuts = data->cuts};
    data->epoch = -1;
    LS_TRY(deal_validation(data));
    return LS_OK;
}

static ls_status open_and_fill(ls_dataset *data, const ls_config *config)
{
    ls_source *source = NULL;
    LS_TRY(ls_source_open(&source, config, data->comm));
    ls_status status = fill(data, config, source);
    ls_source_close(source);
    LS_TRY(status);
    return LS_OK;
}

ls_status ls_dataset_open(ls_dataset **out, const ls_config *config, ls_comm *comm)
{
    *out = NULL;
    void *memory = NULL;
    LS_TRY(ls_comm_agree(comm, ls_alloc(&memory, sizeof(ls_dataset), "a data set")));
    ls_dataset *data = memory;
    data->comm = comm;
    data->rank = ls_comm_rank(comm);
    data->size = ls_comm_size(comm);
    ls_status status = open_and_fill(data, config);
    if (status != LS_OK) {
        ls_dataset_close(data);
    }
    LS_TRY(status);
    *out = data;
    return LS_OK;
}

void ls_dataset_close(ls_dataset *data)
{
    if (data == NULL) {
        return;
    }
    ls_store_destroy(&data->train);
    ls_store_destroy(&data->validation);
    ls_division_destroy(&data->division);
    ls_free(data->cuts);
    ls_free(data);
}

ls_shape ls_dataset_shape(const ls_dataset *data)
{
    return data->info.shape;
}

const ls_source_info *ls_dataset_source(const ls_dataset *data)
{
    return &data->info;
}

uint64_t ls_dataset_digest(const ls_dataset *data)
{
    return data->digest;
}

const ls_lanes *ls_dataset_train_lanes(const ls_dataset *data)
{
    return &data->train_lanes;
}

const ls_lanes *ls_dataset_validation_lanes(const ls_dataset *data)
{
    return &data->validation_lanes;
}

int64_t ls_dataset_current_epoch(const ls_dataset *data)
{
    return data->epoch;
}

ls_status ls_dataset_epoch(ls_dataset *data, int64_t epoch)
{
    if (epoch == data->epoch) {
        return LS_OK;
    }
    ls_placement next = {.size = data->size, .lanes = data->train_lanes, .permuted = true};
    next.order = ls_permutation_make(data->order_seed, LS_PURPOSE_ORDER, (uint32_t)epoch,
                                     (uint64_t)data->train_lanes.images);
    LS_TRY(ls_exchange(&data->train, data->comm, &data->placed, &next));
    data->placed = next;
    data->epoch = epoch;
    return LS_OK;
}

/* The images of lane g, from its place on, as float. */
static void convert(const ls_dataset *data, const ls_store *store, int64_t place, int count,
                    const ls_backend *backend, float *x)
{
    for (int i = 0; i < count; i++) {
        backend->images_to_float((int64_t)data->image_bytes, ls_store_at(store, place + i),
                                 x + (size_t)i * data->image_bytes);
    }
}

int ls_dataset_lane(const ls_dataset *data, int64_t b, int64_t g, const ls_backend *backend,
                    float *x, int64_t *ids)
{
    ls_lane lane = ls_lanes_at(&data->train_lanes, b, g);
    int64_t place = ls_lanes_slot(&data->train_lanes, g, data->size);
    convert(data, &data->train, place, lane.count, backend, x);
    for (int i = 0; ids != NULL && i < lane.count; i++) {
        int64_t item = ls_placement_item(&data->placed, lane.first + i);
        ids[i] = ls_division_sample(&data->division, item);
    }
    return lane.count;
}

int64_t ls_dataset_train_images(const ls_dataset *data)
{
    return data->train.count;
}

const uint8_t *ls_dataset_train_pixels(const ls_dataset *data, int64_t place)
{
    return ls_store_at(&data->train, place);
}

int ls_dataset_validation_lane(const ls_dataset *data, int64_t g, const ls_backend *backend,
                               float *x, uint8_t *labels)
{
    ls_lane lane = ls_lanes_at(&data->validation_lanes, g, g);
    int64_t place = ls_lanes_slot(&data->validation_lanes, g, data->size);
    convert(data, &data->validation, place, lane.count, backend, x);
    for (int i = 0; labels != NULL && i < lane.count; i++) {
        labels[i] = ls_store_at(&data->validation, place + i)[data->image_bytes];
    }
    return lane.count;
}

/* Every lane that the head touches is broadcast by the rank that has it. */
ls_status ls_dataset_validation_head(ls_dataset *data, int count, uint8_t *pixels)
{
    const ls_lanes *lanes = &data->validation_lanes;
    LS_REQUIRE(count <= lanes->images, LS_INTERNAL, "%d of %lld validation images asked for", count,
               (long long)lanes->images);
    for (int64_t g = 0; g < ls_lanes_batches(lanes); g++) {
        ls_lane lane = ls_lanes_at(lanes, g, g);
        int64_t rest = count - lane.first;
        if (rest <= 0) {
            break;
        }
        int64_t wanted = rest < lane.count ? rest : lane.count;
        uint8_t *at = pixels + (size_t)lane.first * data->image_bytes;
        int owner = (int)(g % data->size);
        for (int64_t i = 0; owner == data->rank && i < wanted; i++) {
            int64_t place = ls_lanes_slot(lanes, g, data->size) + i;
            memcpy(at + (size_t)i * data->image_bytes, ls_store_at(&data->validation, place),
                   data->image_bytes);
        }
        LS_TRY(ls_comm_broadcast(data->comm, at, (size_t)wanted * data->image_bytes, owner));
    }
    return LS_OK;
}
