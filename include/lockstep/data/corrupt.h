/* Corruption: a network sees a corrupted image and has to give the clean one (denoising, Vincent et
 * al., JMLR 11, 2010; inpainting; super-resolution). Options corrupt.*.
 *
 *     LS_TRY(ls_corrupt_plan(&corrupt, &config, shape));
 *     ls_corrupt_training(&corrupt, epoch, n, samples, clean, x, spare);
 *
 * corrupt.kind names one corruption or several, done one after another: "gaussian+mask". Each is a
 * file src/data/corrupt_<name>.c. In training what happens to an image is a pure function of
 * (train.seed, epoch, sample), in evaluation of (train.seed, sample): always the same. Results are
 * not clamped to [0, 1]. All functions are local.
 */
#ifndef LOCKSTEP_DATA_CORRUPT_H
#define LOCKSTEP_DATA_CORRUPT_H

#include "lockstep/base/status.h"
#include "lockstep/config/config.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_CORRUPT_KINDS 8 /* at most, one after another */

typedef struct ls_corruption ls_corruption; /* one kind */

/* A plain value. */
typedef struct ls_corrupt {
    ls_shape shape;
    int kind_count; /* 0 = none */
    const ls_corruption *kinds[LS_CORRUPT_KINDS];
    double sigma_low, sigma_high; /* of noise; the values' range is 1 */
    double fraction, rectangle;   /* of pixels or values; of the sides */
    int factor;                   /* of downscale */
    uint64_t seed;
} ls_corrupt;

/* Fails on an unknown kind, and where images of this shape can't be corrupted so. */
ls_status ls_corrupt_plan(ls_corrupt *out, const ls_config *config, ls_shape shape);
/* Whether the network's input differs from its target. */
bool ls_corrupt_any(const ls_corrupt *corrupt);

/* Corrupts n images clean [n, shape] on [0, 1] into x [n, shape], another buffer; spare: [shape].
 * samples: [n] their numbers in the training split. */
void ls_corrupt_training(const ls_corrupt *corrupt, int64_t epoch, int n, const int64_t *samples,
                         const float *clean, float *x, float *spare);
/* Likewise images first .. first + n-1 of those that are validated on or evaluated. */
void ls_corrupt_evaluation(const ls_corrupt *corrupt, int64_t first, int n, const float *clean,
                           float *x, float *spare);

#endif
