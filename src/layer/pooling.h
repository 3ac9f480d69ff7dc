/* What the layers that take windows of an image share. Private to layer. */
#ifndef LOCKSTEP_LAYER_POOLING_H
#define LOCKSTEP_LAYER_POOLING_H

#include "lockstep/layer/layer.h"

/* Fills *s and plan->out for windows of window x window every `stride` (-1 = window). They must
 * cover the image exactly: a border that is dropped in silence would be an image that is not
 * learnt. */
ls_status ls_layer_pool_plan(ls_pool *s, ls_shape in, double window, double stride,
                             ls_layer_plan *plan);

#endif
