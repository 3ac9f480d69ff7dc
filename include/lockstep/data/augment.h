/* Augmentation: training images are changed at random before a network sees them, and what it has
 * to give is the changed image. Options augment.*; a pure function of (train.seed, epoch, sample).
 *
 *     LS_TRY(ls_augment_plan(&augment, &config, shape));
 *     if (ls_augment_any(&augment)) ls_augment_run(&augment, epoch, n, samples, x, spare);
 *
 * In this order: mirrored left to right with probability 1/2; moved by up to `shift` pixels in both
 * directions, where the border is reflected (pixel -k is pixel k), which is a random crop of the
 * padded image; brightness, contrast and saturation multiplied by a factor each. All are local.
 */
#ifndef LOCKSTEP_DATA_AUGMENT_H
#define LOCKSTEP_DATA_AUGMENT_H

#include "lockstep/base/status.h"
#include "lockstep/config/config.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

/* A plain value. */
typedef struct ls_augment {
    ls_shape shape;
    bool flip;
    int shift;     /* pixels */
    double jitter; /* factors are uniform on [1 - jitter, 1 + jitter) */
    uint64_t seed;
} ls_augment;

/* Fails where images of this shape can't be moved that far. */
ls_status ls_augment_plan(ls_augment *out, const ls_config *config, ls_shape shape);
/* Whether anything is changed. */
bool ls_augment_any(const ls_augment *augment);
/* Changes n images x [n, shape] on [0, 1], whose numbers in the training split are samples [n];
 * they stay on [0, 1]. spare: [shape]. */
void ls_augment_run(const ls_augment *augment, int64_t epoch, int n, const int64_t *samples,
                    float *x, float *spare);

/* Moves the masks [n, h, w] of the same images as these are moved. spare: [h, w]. */
void ls_augment_masks(const ls_augment *augment, int64_t epoch, int n, const int64_t *samples,
                      uint8_t *masks, void *spare);

#endif
