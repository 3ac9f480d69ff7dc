/* What the losses share that are a mean of a function of each value and its target. */
#ifndef LOCKSTEP_LOSS_MEAN_H
#define LOCKSTEP_LOSS_MEAN_H

#include "lockstep/loss/loss.h"

/* Each image's sum becomes its mean. */
static inline void ls_loss_divide(const ls_loss_lane *lane, int64_t count)
{
    for (int i = 0; i < lane->n; i++) {
        lane->values[i] /= (double)count;
    }
}

static inline void ls_loss_mean(const ls_loss_lane *lane, ls_loss_op *op)
{
    int64_t count = ls_shape_count(lane->shape);
    op(lane->n, count, lane->y, lane->target, (float)ls_loss_scale(lane, count), lane->values,
       lane->dy);
    ls_loss_divide(lane, count);
}

#endif
