/* What is known of the images beside their pixels: labels come with them, masks are made anew from
 * their numbers whenever they are wanted. */
#include "dataset_private.h"

int ls_dataset_classes(const ls_dataset *data)
{
    return data->classes;
}

/* Of one image: the record at a place of the store, which has this number in its split. */
static void take(const ls_dataset *data, const ls_store *store, int64_t place, ls_split split,
                 int64_t sample, uint8_t *truth)
{
    if (data->task->truth == LS_TRUTH_LABEL) {
        *truth = ls_store_at(store, place)[data->image_bytes];
    } else {
        ls_source_mask(&data->info, split, sample, truth);
    }
}

void ls_dataset_lane_truth(const ls_dataset *data, int64_t b, int64_t g, uint8_t *truth)
{
    ls_lane lane = ls_lanes_at(&data->train_lanes, b, g);
    int64_t place = ls_lanes_slot(&data->train_lanes, g, data->size);
    int64_t bytes = ls_task_truth_bytes(data->task, data->info.shape);
    for (int i = 0; i < lane.count && bytes > 0; i++) {
        int64_t item = ls_placement_item(&data->placed, lane.first + i);
        take(data, &data->train, place + i, LS_TRAIN, ls_division_sample(&data->division, item),
             truth + i * bytes);
    }
}

void ls_dataset_validation_truth(const ls_dataset *data, int64_t g, uint8_t *truth)
{
    ls_lane lane = ls_lanes_at(&data->validation_lanes, g, g);
    int64_t place = ls_lanes_slot(&data->validation_lanes, g, data->size);
    int64_t bytes = ls_task_truth_bytes(data->task, data->info.shape);
    for (int i = 0; i < lane.count && bytes > 0; i++) {
        int64_t item = lane.first + i;
        int64_t sample = data->held_out ? data->division.held[item] : item;
        take(data, &data->validation, place + i, data->held_out ? LS_TRAIN : LS_TEST, sample,
             truth + i * bytes);
    }
}
