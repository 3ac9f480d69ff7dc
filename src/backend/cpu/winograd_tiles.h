/* The transforms of F(4x4, 3x3), a vector of channels at a time. Shapes: [36] frequencies, T tiles
 * of a block of images in the order of images, lines, columns. `pitch` = floats from one frequency
 * to the next. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H

#include "product.h"

#define LS_FREQUENCIES 36
#define LS_TILE        4 /* outputs of a tile in a line */

#define ls_tiles_of_weights LS_SET(ls_cpu_tiles_of_weights)
#define ls_tiles_to_weights LS_SET(ls_cpu_tiles_to_weights)
#define ls_tiles_of_input   LS_SET(ls_cpu_tiles_of_input)
#define ls_tiles_to_input   LS_SET(ls_cpu_tiles_to_input)
#define ls_tiles_to_output  LS_SET(ls_cpu_tiles_to_output)
#define ls_tiles_of_output  LS_SET(ls_cpu_tiles_of_output)

/* u = G w G^T as panels: [36, out / LS_PANEL, in, LS_PANEL]. w: [3,3,in,out] */
void ls_tiles_of_weights(int in, int out, const float *w, float *u);
/* dw += G^T du G. du: [36, C, O] */
void ls_tiles_to_weights(const ls_conv *s, const float *du, float *dw);
/* v = B^T x B. v: [36, T, C] */
void ls_tiles_of_input(const ls_conv *s, int n, const float *x, float *v, int64_t pitch);
/* dx = sum of B dv B^T over the tiles that overlap. */
void ls_tiles_to_input(const ls_conv *s, int n, const float *dv, int64_t pitch, float *dx);
/* y[..., out .. out + LS_PANEL) = A^T m A + bias. m: [36, T, LS_PANEL] */
void ls_tiles_to_output(const ls_conv *s, int n, const float *m, int64_t pitch, int out,
                        const float *bias, float *y);
/* dm = A dy A^T; db += sum of dy. dm: [36, T, O] */
void ls_tiles_of_output(const ls_conv *s, int n, const float *dy, float *dm, int64_t pitch,
                        float *db);

#endif
