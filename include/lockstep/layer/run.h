/* What a call of a layer is given (layer.h). Pointers are borrowed. */
#ifndef LOCKSTEP_LAYER_RUN_H
#define LOCKSTEP_LAYER_RUN_H

#include "lockstep/backend/backend.h"

/* What a lane is in training: for layers that draw, look at the whole lane or add to the loss. */
typedef struct ls_training {
    uint64_t seed;          /* of the run */
    int64_t epoch, step;    /* from 0; from 1 */
    const int64_t *samples; /* [n] their numbers in the training split */
    int64_t images;         /* of the whole global batch */
    double *penalties;      /* [n] what layers add to each image's loss */
} ls_training;

/* One call of forward or backward on n images. */
typedef struct ls_layer_run {
    const ls_backend *backend;
    const ls_training *training; /* NULL in evaluation: nothing is drawn, state is read */
    int index, n;                /* of the layer in its model, for random numbers; images */
    const float *skip;           /* [n, plan.skip] if plan.takes_output */
    const void *skip_kept;       /* what the named layer keeps from forward to backward */
    float *dskip;                /* [n, plan.skip], accumulated, in backward */
    const float *const *state;   /* [state_count] */
    float *const *dstate;  /* accumulated in training's forward: what it gives, times n / images */
    const float *x;        /* [n, in]; in backward only if needs_x */
    float *y;              /* [n, out]; in backward only if needs_y or fused, and then read only */
    const float *dy;       /* [n, out] */
    float *dx;             /* [n, in], assigned; NULL = not wanted */
    const float *const *w; /* [param_count] parameters */
    float *const *dw;      /* [param_count] their gradients, accumulated */
    float *packed;         /* what `pack` made for this direction; NULL where packed_bytes is 0 */
    bool fused;            /* the layers that were absorbed are done too: y and dy are the last's */
    void *saved, *scratch;
} ls_layer_run;

/* What is kept of lanes for weigh. */
typedef struct ls_layer_lanes {
    const ls_backend *backend;
    int count;
    const ls_lane_rows *lane; /* [count]: x of n images, x_pitch floats apart, and dy likewise */
    int64_t x_pitch, dy_pitch;
    float bound; /* no number of a lane's gradient is larger */
} ls_layer_lanes;

/* The weights that an operation of the backend reads: packed, where there is such a form. */
static inline const float *ls_layer_weights(const ls_layer_run *run)
{
    return run->packed != NULL ? run->packed : run->w[0];
}

#endif
