/* Convolutions of 3 x 3, stride 1, pad 1 by Winograd's minimal filtering F(4x4, 3x3) (Winograd
 * 1980; Lavin and Gray, CVPR 2016): 36 products a tile of 4 x 4 outputs instead of 144. With . for
 * a product over channels at each of the 36 frequencies:
 *
 *   forward    Y  = A^T [ (G w G^T) . (B^T x B) ] A
 *   backward   dM = A dY A^T,  V = B^T x B,  U = G w G^T
 *              dX = B [ dM . U^T ] B^T, where tiles overlap and add
 *              dw = G^T [ V^T . dM ] G
 *
 * Backward is the exact adjoint of forward. The largest error measured against sums in double is
 * 1e-5 of the largest value (direct products: 1e-6); a NaN reaches every output of its tiles.
 * Measured on a Zen 4 core, us an image forward / backward: 16x16, 32 to 64 channels: 41 / 68
 * instead of 85 / 171 by direct products; 8x8, 64 to 128: 38 / 87 instead of 85 / 173.
 */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_H

#include "cpu.h"

#include <stdbool.h>

#define ls_winograd_fits     LS_SET(ls_cpu_winograd_fits)
#define ls_winograd_floats   LS_SET(ls_cpu_winograd_floats)
#define ls_winograd_forward  LS_SET(ls_cpu_winograd_forward)
#define ls_winograd_backward LS_SET(ls_cpu_winograd_backward)

/* Whether this form takes the shape: whole tiles and whole panels of channels of any kernel set. */
bool ls_winograd_fits(const ls_conv *s);
/* Scratch memory for forward or backward. */
int64_t ls_winograd_floats(const ls_conv *s);
void ls_winograd_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, float *scratch);
void ls_winograd_backward(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          float *dx, float *dw, float *db, float *scratch);

#endif
