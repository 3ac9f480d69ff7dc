/* F(4x4, 3x3) forward for images of few channels, such as those that a network begins with: all
 * frequencies of a line of tiles stay in the nearest cache, and an output's sums over channels in
 * registers, until they are transformed. Backward is direct there: a first layer needs no dX, and
 * with pooling dw from the pooled image alone is cheaper. Private to conv. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_THIN_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_THIN_H

#include "cpu.h"

#define ls_thin_fits    LS_SET(ls_cpu_thin_fits)
#define ls_thin_packed  LS_SET(ls_cpu_thin_packed)
#define ls_thin_pack    LS_SET(ls_cpu_thin_pack)
#define ls_thin_floats  LS_SET(ls_cpu_thin_floats)
#define ls_thin_forward LS_SET(ls_cpu_thin_forward)

/* A rule on shapes; only backend.conv = auto takes it. */
bool ls_thin_fits(const ls_conv *s);
/* Floats of the weights as they are read, and those weights from w. */
int64_t ls_thin_packed(const ls_conv *s);
void ls_thin_pack(const ls_conv *s, const float *w, float *u);
/* Floats of scratch memory. */
int64_t ls_thin_floats(const ls_conv *s);
/* As ls_winograd_forward. */
void ls_thin_forward(const ls_conv *s, int n, const float *x, const float *u, const float *b,
                     float *y, uint8_t *which, float *scratch);

#endif
