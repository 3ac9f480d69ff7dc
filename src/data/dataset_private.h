/* Inside data: what a data set holds. */
#ifndef LOCKSTEP_DATA_DATASET_PRIVATE_H
#define LOCKSTEP_DATA_DATASET_PRIVATE_H

#include "division.h"
#include "placement.h"
#include "store.h"

#include "lockstep/data/dataset.h"

#include <stdbool.h>

struct ls_dataset {
    ls_comm *comm; /* borrowed */
    int rank, size;
    ls_source_info info;
    ls_division division;
    bool held_out;       /* validation images are the holdout, not the test split */
    uint64_t order_seed; /* train.seed */
    size_t image_bytes;
    const ls_task *task;
    int classes; /* of its truth */
    ls_lanes train_lanes, validation_lanes;
    ls_store train, validation;
    ls_placement placed; /* of the training images, now */
    int64_t epoch;       /* they are in the order of; -1 = as they were loaded */
    int64_t *cuts;       /* [2, size + 1]: the parts loaded, training and validation; owned */
    uint64_t digest;
};

/* Collective. Loads this rank's parts of the source, and the digest. */
ls_status ls_dataset_load(ls_dataset *data, ls_source *source);

/* Collective. Reads the training images' labels, and keeps `per_class` of each class as items. */
ls_status ls_dataset_choose(ls_dataset *data, int64_t per_class, ls_source *source);

#endif
