/* Direct convolution with rectifying and 2 x 2 max pooling in the same pass (ops.h). Private to
 * conv. */
#ifndef LOCKSTEP_BACKEND_CPU_CONV_POOL_H
#define LOCKSTEP_BACKEND_CPU_CONV_POOL_H

#include "link.h"

#define ls_conv_pool_floats    LS_SET(ls_cpu_conv_pool_floats)
#define ls_conv_pool_forward   LS_SET(ls_cpu_conv_pool_forward)
#define ls_conv_pool_restore   LS_SET(ls_cpu_conv_pool_restore)
#define ls_pooled_weigh        LS_SET(ls_cpu_pooled_weigh)
#define ls_pooled_weigh_fits   LS_SET(ls_cpu_pooled_weigh_fits)
#define ls_pooled_weigh_floats LS_SET(ls_cpu_pooled_weigh_floats)

/* Floats for n restored images. */
int64_t ls_conv_pool_floats(const ls_conv *s, int n);
/* packed: of ls_gather_pack. scratch: of gather. */
void ls_conv_pool_forward(const ls_link *link, int n, const float *x, const float *packed,
                          const float *b, float *y, uint8_t *which, float *scratch);
/* dy of the convolution from that of the pooled image, in `full`: [n,P,Q,O]. */
void ls_conv_pool_restore(const ls_conv *s, int n, const float *dy, const uint8_t *which,
                          float *full);

/* The weights' and the bias's gradient from the pooled image's alone: a quarter of the places, each
 * channel with the inputs of the place that its maximum came from. Stride 1, any kernel. */
int64_t ls_pooled_weigh_floats(const ls_conv *s);
bool ls_pooled_weigh_fits(const ls_conv *s);
void ls_pooled_weigh(const ls_conv *s, int n, const float *x, const float *dy, const uint8_t *which,
                     float *dw, float *db, float *scratch);

#endif
