/* Limit and holdout: 8 bytes for each image kept apart, and two binary searches. */
#include "division.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"

#include <stdlib.h>

static int compare_samples(const void *a, const void *b)
{
    int64_t sa = *(const int64_t *)a;
    int64_t sb = *(const int64_t *)b;
    return (sa > sb) - (sa < sb);
}

static ls_status check(const ls_config *config, const ls_source_info *info, int64_t used)
{
    LS_REQUIRE(info->images[LS_TRAIN] > 0, LS_BAD_INPUT, "data.path = %s: no training images",
               config->data_path);
    LS_REQUIRE(config->data_holdout > 0 || info->images[LS_TEST] > 0, LS_BAD_INPUT,
               "data.path = %s: no test split to validate on; set data.holdout", config->data_path);
    LS_REQUIRE(config->data_holdout < used, LS_BAD_INPUT,
               "data.holdout = %lld: must be less than the %lld training images in use",
               (long long)config->data_holdout, (long long)used);
    if (config->data_limit > info->images[LS_TRAIN]) {
        ls_warn("data.limit = %lld: %s has %lld training images; all are used",
                (long long)config->data_limit, config->data_path,
                (long long)info->images[LS_TRAIN]);
    }
    return LS_OK;
}

/* In it the first held_count samples are kept apart, and labels are chosen from those behind. */
static ls_permutation order_of(const ls_division *division)
{
    return ls_permutation_make(division->seed, LS_PURPOSE_SPLIT, 0, (uint64_t)division->used);
}

ls_status ls_division_create(ls_division *out, const ls_config *config, const ls_source_info *info)
{
    int64_t images = info->images[LS_TRAIN];
    int64_t used =
        config->data_limit > 0 && config->data_limit < images ? config->data_limit : images;
    *out = (ls_division){.used = used, .seed = (uint64_t)config->data_split_seed};
    LS_TRY(check(config, info, used));
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)config->data_holdout * sizeof(int64_t), "the holdout"));
    out->held = memory;
    out->held_count = config->data_holdout;
    ls_permutation order = order_of(out);
    for (int64_t i = 0; i < out->held_count; i++) {
        out->held[i] = (int64_t)ls_permutation_apply(&order, (uint64_t)i);
    }
    qsort(out->held, (size_t)out->held_count, sizeof *out->held, compare_samples);
    return LS_OK;
}

void ls_division_destroy(ls_division *division)
{
    ls_free(division->held);
    ls_free(division->chosen);
    *division = (ls_division){0};
}

ls_status ls_division_choose(ls_division *division, int64_t per_class, int classes,
                             const int64_t *labels)
{
    int64_t counts[LS_CLASSES_MAX] = {0};
    int64_t rest = division->used - division->held_count;
    int64_t room = per_class < rest / classes ? per_class * classes : rest;
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)room * sizeof(int64_t), "the chosen images"));
    division->chosen = memory;
    ls_permutation order = order_of(division);
    for (int64_t i = division->held_count; i < division->used; i++) {
        int64_t sample = (int64_t)ls_permutation_apply(&order, (uint64_t)i);
        if (counts[labels[sample]] < per_class) {
            counts[labels[sample]]++;
            division->chosen[division->chosen_count++] = sample;
        }
    }
    for (int k = 0; k < classes; k++) {
        LS_REQUIRE(counts[k] == per_class, LS_BAD_INPUT,
                   "data.labels = %lld: class %d has only %lld of the images that can be trained "
                   "on; ask for fewer, or change data.limit or data.holdout",
                   (long long)per_class, k, (long long)counts[k]);
    }
    qsort(division->chosen, (size_t)division->chosen_count, sizeof *division->chosen,
          compare_samples);
    return LS_OK;
}

/* How many of the ascending numbers are below `sample`. */
static int64_t count_below(const int64_t *numbers, int64_t count, int64_t sample)
{
    int64_t low = 0;
    int64_t high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (numbers[middle] < sample) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t ls_division_held_below(const ls_division *division, int64_t sample)
{
    return count_below(division->held, division->held_count, sample);
}

int64_t ls_division_items(const ls_division *division)
{
    return division->chosen != NULL ? division->chosen_count
                                    : division->used - division->held_count;
}

int64_t ls_division_items_below(const ls_division *division, int64_t sample)
{
    return division->chosen != NULL ? count_below(division->chosen, division->chosen_count, sample)
                                    : sample - ls_division_held_below(division, sample);
}

int64_t ls_division_sample(const ls_division *division, int64_t item)
{
    if (division->chosen != NULL) {
        return division->chosen[item];
    }
    /* held[k] - k items stand before the k-th kept apart: count those that the item has passed. */
    int64_t low = 0;
    int64_t high = division->held_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (division->held[middle] - middle <= item) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return item + low;
}
