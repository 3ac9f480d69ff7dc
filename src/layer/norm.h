/* What the layers that normalize share: gamma and beta for each channel, and statistics of blocks
 * (lockstep/backend/shapes.h) that are kept from forward to backward. Private to layer. */
#ifndef LOCKSTEP_LAYER_NORM_H
#define LOCKSTEP_LAYER_NORM_H

#include "lockstep/layer/layer.h"

/* Of the arguments' tables: what is added to the variance. */
#define LS_LAYER_NORM_EPS                                                                          \
    {                                                                                              \
        .name = "eps", .fallback = "1e-5", .low = 1e-12, .high = 1                                 \
    }

/* Fills s, whose places are those of an image, and a plan for: same shape, backward from x,
 * statistics of `blocks` blocks. groups divide the channels. */
ls_status ls_layer_norm_plan(ls_norm *s, const char *name, const ls_backend *backend, ls_shape in,
                             int groups, double eps, int blocks, ls_layer_plan *plan);

/* Where the statistics of `blocks` blocks are kept. */
static inline float *ls_layer_norm_mean(const ls_layer_run *run)
{
    return run->saved;
}

static inline float *ls_layer_norm_variance(const ls_norm *s, int blocks, const ls_layer_run *run)
{
    return ls_layer_norm_mean(run) + (int64_t)blocks * s->groups;
}

/* With s->places those of a block. */
void ls_layer_norm_forward(const ls_norm *s, int blocks, const ls_layer_run *run);
void ls_layer_norm_backward(const ls_norm *s, int blocks, const ls_layer_run *run);

/* Of types whose private struct is an ls_norm and whose blocks are images. */
void ls_layer_norm_images_forward(const void *self, const ls_layer_run *run);
void ls_layer_norm_images_backward(const void *self, const ls_layer_run *run);

#endif
