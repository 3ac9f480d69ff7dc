/* Convolutions of 3 x 3, stride 1 by Winograd's minimal filtering F(m x m, 3 x 3) (Winograd 1980;
 * Lavin and Gray, CVPR 2016), m = 4 or 2: (m + 2)^2 products a tile of m x m outputs instead of
 * 9 m^2. With . for a product over channels at each frequency:
 *
 *   forward    Y  = A^T [ (G w G^T) . (B^T x B) ] A
 *   backward   dM = A dY A^T,  V = B^T x B,  U = G w G^T
 *              dX = B [ dM . U^T ] B^T, where tiles overlap and add
 *              dw = G^T [ V^T . dM ] G
 *
 * Backward is the exact adjoint of forward. Any number of channels, any size; a NaN reaches every
 * output of its tiles. docs/performance.md has speed and error beside those of direct products. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_H

#include "cpu.h"

#define ls_winograd_tile     LS_SET(ls_cpu_winograd_tile)
#define ls_winograd_packed   LS_SET(ls_cpu_winograd_packed)
#define ls_winograd_pack     LS_SET(ls_cpu_winograd_pack)
#define ls_winograd_floats   LS_SET(ls_cpu_winograd_floats)
#define ls_winograd_forward  LS_SET(ls_cpu_winograd_forward)
#define ls_winograd_backward LS_SET(ls_cpu_winograd_backward)

/* m for this shape: 0 where direct products serve it. */
int ls_winograd_tile(const ls_conv *s);
/* Floats of the weights as forward or backward reads them, and those weights from w. */
int64_t ls_winograd_packed(const ls_conv *s, bool backward);
void ls_winograd_pack(const ls_conv *s, bool backward, const float *w, float *u);
/* Floats of scratch memory for forward or backward. */
int64_t ls_winograd_floats(const ls_conv *s);
/* which: NULL unless s->pools. */
void ls_winograd_forward(const ls_conv *s, int n, const float *x, const float *u, const float *b,
                         float *y, uint8_t *which, float *scratch);
/* ut: as packed for backward; may be NULL with dx. */
void ls_winograd_backward(const ls_conv *s, int n, const float *x, const float *ut, const float *dy,
                          const uint8_t *which, float *dx, float *dw, float *db, float *scratch);

#endif
