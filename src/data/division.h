/* Inside data: which training images train and which are kept apart for validation.
 *
 * `used` are the first images of the training split (data.limit). Of them data.holdout are kept
 * apart, chosen by a permutation of data.split_seed that train.seed does not touch. The others, or
 * those chosen of them by their labels (data.labels), are the items, in the order of their sample
 * numbers. Local.
 */
#ifndef LOCKSTEP_DATA_DIVISION_H
#define LOCKSTEP_DATA_DIVISION_H

#include "lockstep/config/config.h"
#include "lockstep/data/source.h"

typedef struct ls_division {
    int64_t used;
    int64_t held_count;
    int64_t *held; /* [held_count] sample numbers, ascending; owned */
    uint64_t seed; /* data.split_seed */
    int64_t chosen_count;
    int64_t *chosen; /* [chosen_count] likewise of the items; NULL = all that are not kept apart */
} ls_division;

/* LS_BAD_INPUT when the options leave nothing to train or to validate on. */
ls_status ls_division_create(ls_division *out, const ls_config *config, const ls_source_info *info);
void ls_division_destroy(ls_division *division);

/* Of the samples that are not kept apart, `per_class` of each class alone become items: the first
 * ones in the order of the same permutation, so that fewer are among more. labels: [used].
 * LS_BAD_INPUT when a class has not so many. */
ls_status ls_division_choose(ls_division *division, int64_t per_class, int classes,
                             const int64_t *labels);

/* How many items there are; how many of them stand below `sample`. */
int64_t ls_division_items(const ls_division *division);
int64_t ls_division_items_below(const ls_division *division, int64_t sample);

/* How many samples below `sample` are kept apart. */
int64_t ls_division_held_below(const ls_division *division, int64_t sample);
/* The sample number of a training item. */
int64_t ls_division_sample(const ls_division *division, int64_t item);

#endif
