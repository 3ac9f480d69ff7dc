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

ls_status ls_division_create(ls_division *out, const ls_config *config, const ls_source_info *info)
{
    int64_t images = info->images[LS_TRAIN];
    int64_t used =
        config->data_limit > 0 && config->data_limit < images ? config->data_limit : images;
    *out = (ls_division){.used = used};
    LS_TRY(check(config, info, used));
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)config->data_holdout * sizeof(int64_t), "the holdout"));
    out->held = memory;
    out->held_count = config->data_holdout;
    ls_permutation chosen =
        ls_permutation_make((uint64_t)config->data_split_seed, LS_PURPOSE_SPLIT, 0, (uint64_t)used);
    for (int64_t i = 0; i < out->held_count; i++) {
        out->held[i] = (int64_t)ls_permutation_apply(&chosen, (uint64_t)i);
    }
    qsort(out->held, (size_t)out->held_count, sizeof *out->held, compare_samples);
    return LS_OK;
}

void ls_division_destroy(ls_division *division)
{
    ls_free(division->held);
    *division = (ls_division){0};
}

int64_t ls_division_held_below(const ls_division *division, int64_t sample)
{
    int64_t low = 0;
    int64_t high = division->held_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (division->held[middle] < sample) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t ls_division_sample(const ls_division *division, int64_t item)
{
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
