/* The contract of a loss: one file per type and one line in the list (src/loss/list.h). Local. */
#ifndef LOCKSTEP_LOSS_LOSS_H
#define LOCKSTEP_LOSS_LOSS_H

#include "lockstep/backend/backend.h"
#include "lockstep/tensor/shape.h"

typedef struct ls_loss_type {
    const char *name;
    /* y, target: [n, shape]. values: [n], each image's loss (for mse the mean over its values), in
     * double. dy (NULL = not wanted): [n, shape], the gradient of (sum of values) / images, where
     * `images` is the true count of the whole global batch. */
    void (*run)(const ls_backend *backend, int n, ls_shape shape, const float *y,
                const float *target, int64_t images, double *values, float *dy);
} ls_loss_type;

const ls_loss_type *ls_loss_type_find(const char *name);

#endif
