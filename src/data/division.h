/* Inside data: which training images train and which are kept apart for validation.
 *
 * `used` are the first images of the training split (data.limit). Of them data.holdout are kept
 * apart, chosen by a permutation of data.split_seed that train.seed does not touch. The others are
 * the items 0 .. used - held_count - 1, in the order of their sample numbers. Local.
 */
#ifndef LOCKSTEP_DATA_DIVISION_H
#define LOCKSTEP_DATA_DIVISION_H

#include "lockstep/config/config.h"
#include "lockstep/data/source.h"

typedef struct ls_division {
    int64_t used;
    int64_t held_count;
    int64_t *held; /* [held_count] sample numbers, ascending; owned */
} ls_division;

/* LS_BAD_INPUT when the options leave nothing to train or to validate on. */
ls_status ls_division_create(ls_division *out, const ls_config *config, const ls_source_info *info);
void ls_division_destroy(ls_division *division);

/* How many samples below `sample` are kept apart. */
int64_t ls_division_held_below(const ls_division *division, int64_t sample);
/* The sample number of a training item. */
int64_t ls_division_sample(const ls_division *division, int64_t item);

#endif
