/* Minimal filtering (Winograd 1980; Lavin and Gray, CVPR 2016): products at the frequencies of
 * tiles instead of products at every place.
 *
 *   F(m x m, 3 x 3)  convolutions of 3 x 3, stride 1: (m + 2)^2 products for a tile of m x m
 * outputs instead of 9 m^2; m = 4 or 2. F(m x m, 2 x 2)  transposed convolutions of 3 x 3, stride
 * 2, padded by 1. Their outputs fall into four phases, which see the input through 2 x 2, 2 x 1, 1
 * x 2 and 1 x 1 weights (sub-pixel convolution, Shi et al. 2016). All phases take one transform of
 * the input, and those with one weight along an axis do without a frequency there: (2 m + 1)^2
 * products for m x m inputs instead of 9 m^2.
 *
 * With . for a product over channels at each frequency, and sums over phases in dX:
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

#define ls_winograd_of_conv   LS_SET(ls_cpu_winograd_of_conv)
#define ls_winograd_of_deconv LS_SET(ls_cpu_winograd_of_deconv)
#define ls_winograd_name      LS_SET(ls_cpu_winograd_name)
#define ls_winograd_packed    LS_SET(ls_cpu_winograd_packed)
#define ls_winograd_pack      LS_SET(ls_cpu_winograd_pack)
#define ls_winograd_floats    LS_SET(ls_cpu_winograd_floats)
#define ls_winograd_forward   LS_SET(ls_cpu_winograd_forward)
#define ls_winograd_backward  LS_SET(ls_cpu_winograd_backward)

/* The form for this shape, as the side of its squares of frequencies; 0 where direct products serve
 * it. */
int ls_winograd_of_conv(const ls_conv *s);
int ls_winograd_of_deconv(const ls_conv *s);
/* What the form is called: "winograd4" where m = 4. */
const char *ls_winograd_name(int side);
/* Floats of the weights as forward or backward reads them, and those weights from w. */
int64_t ls_winograd_packed(const ls_conv *s, int side, bool backward);
void ls_winograd_pack(const ls_conv *s, int side, bool backward, const float *w, float *u);
/* Floats of scratch memory for forward or backward. */
int64_t ls_winograd_floats(const ls_conv *s, int side);
/* which: NULL unless s->pools, as convolutions may. */
void ls_winograd_forward(const ls_conv *s, int side, int n, const float *x, const float *u,
                         const float *b, float *y, uint8_t *which, float *scratch);
/* What backward is given and gives. */
typedef struct ls_winograd_gradients {
    const float *dy;
    const uint8_t *which; /* of what is pooled, else NULL */
    const float *y;       /* of what is rectified, as transposed convolutions may be, else NULL */
    float *dx, *dw, *db;  /* dx: or NULL */
} ls_winograd_gradients;
/* ut: as packed for backward; may be NULL with dx. */
void ls_winograd_backward(const ls_conv *s, int side, int n, const float *x, const float *ut,
                          const ls_winograd_gradients *g, float *scratch);

#endif
