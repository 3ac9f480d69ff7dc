/* data.labels: the labels of all training images on every rank, each read by one, and the choice
 * by them. 8 bytes an image while it lasts. */
#include "dataset_private.h"
#include "source_private.h"

#include "lockstep/base/memory.h"

static ls_status take_labels(void *context, ls_split split, ls_source_range range,
                             const uint8_t *pixels, const uint8_t *labels)
{
    int64_t *all = context; /* [used] */
    (void)split;
    (void)pixels;
    for (int64_t i = 0; i < range.count; i++) {
        all[range.first + i] = labels[i];
    }
    return LS_OK;
}

/* labels: [used], zero. */
static ls_status read_labels(ls_dataset *data, ls_source *source, int64_t *labels)
{
    int64_t used = data->division.used;
    ls_source_range ranges[LS_SPLIT_COUNT] = {{0, 0}};
    ranges[LS_TRAIN] = ls_source_share(used, data->rank, data->size);
    LS_TRY(ls_source_stream(source, ranges, take_labels, labels));
    return ls_comm_sum_i64(data->comm, labels, (size_t)used);
}

ls_status ls_dataset_choose(ls_dataset *data, int64_t per_class, ls_source *source)
{
    void *memory = NULL;
    LS_TRY(
        ls_comm_agree(data->comm, ls_alloc(&memory, (size_t)data->division.used * sizeof(int64_t),
                                           "the labels")));
    ls_status status = read_labels(data, source, memory);
    if (status == LS_OK) {
        status = ls_comm_agree(
            data->comm, ls_division_choose(&data->division, per_class, data->info.classes, memory));
    }
    ls_free(memory);
    LS_TRY(status);
    return LS_OK;
}
