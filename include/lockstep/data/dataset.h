/* A data set as the trainer and studies see it: this rank's share of the training images, exchanged
 * before each epoch into the epoch's global order, and its share of the validation images.
 *
 *     LS_TRY(ls_dataset_open(&data, &config, comm));
 *     for each epoch:  LS_TRY(ls_dataset_epoch(data, epoch));          collective: exchange
 *         for each batch b, lane g of mine:  n = ls_dataset_lane(data, b, g, backend, x, ids);
 *
 * Memory: about N/size images as uint8, at most 1.25 x that during an exchange.
 */
#ifndef LOCKSTEP_DATA_DATASET_H
#define LOCKSTEP_DATA_DATASET_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/lanes.h"
#include "lockstep/data/source.h"

#include <stdint.h>

typedef struct ls_dataset ls_dataset;

/* Collective. Loads this rank's shares by data.* and train.batch, train.lane, train.seed of config.
 * Owner: the caller, ls_dataset_close. */
ls_status ls_dataset_open(ls_dataset **out, const ls_config *config, ls_comm *comm);
void ls_dataset_close(ls_dataset *data);

/* Local. */
ls_shape ls_dataset_shape(const ls_dataset *data);
const ls_source_info *ls_dataset_source(const ls_dataset *data);
/* A digest of all images and labels that the run uses, in the source's order: the same for any
 * number of ranks and for any form of the same data. */
uint64_t ls_dataset_digest(const ls_dataset *data);
/* Lanes of a training epoch, and of the validation images (batch = lane = train.lane). */
const ls_lanes *ls_dataset_train_lanes(const ls_dataset *data);
const ls_lanes *ls_dataset_validation_lanes(const ls_dataset *data);

/* Collective. Brings the training images into the order of `epoch` (from 0), a permutation by
 * (train.seed, epoch). Epochs may be asked for in any order. */
ls_status ls_dataset_epoch(ls_dataset *data, int64_t epoch);
/* Local. The epoch whose order the images are in; -1 before the first. */
int64_t ls_dataset_current_epoch(const ls_dataset *data);

/* Local. Lane g of batch b of the epoch, which must be this rank's: pixels as float into
 * x [lane, shape], sample numbers (of the source's training split) into ids [lane] or NULL.
 * Returns the number of images. */
int ls_dataset_lane(const ls_dataset *data, int64_t b, int64_t g, const ls_backend *backend,
                    float *x, int64_t *ids);
/* Local. How many training images this rank has now, and one of them: [shape] uint8, borrowed until
 * the next exchange; 0 <= place < images, in the order that they are in. */
int64_t ls_dataset_train_images(const ls_dataset *data);
const uint8_t *ls_dataset_train_pixels(const ls_dataset *data, int64_t place);
/* Local. Lane g (this rank's) of the validation images, in the source's order; labels may be NULL.
 */
int ls_dataset_validation_lane(const ls_dataset *data, int64_t g, const ls_backend *backend,
                               float *x, uint8_t *labels);

/* Local. How many classes the truth has that train.task learns; 0 = none. */
int ls_dataset_classes(const ls_dataset *data);
/* Local. The truth of lane g, in the same order: [n, ls_task_truth_bytes]; nothing without any. */
void ls_dataset_lane_truth(const ls_dataset *data, int64_t b, int64_t g, uint8_t *truth);
void ls_dataset_validation_truth(const ls_dataset *data, int64_t g, uint8_t *truth);

/* Collective. The first `count` validation images [count, shape] as uint8 on every rank. */
ls_status ls_dataset_validation_head(ls_dataset *data, int count, uint8_t *pixels);

#endif
