/* A convolution of stride 1 with few output channels, such as one that ends in an image: turned
 * round, as spread by whole patches (patches.h), since panels of outputs would be idle for the most
 * part. Measured on an Emerald Rapids for 32 to 3 channels of 32x32 places, forward, 64 images:
 * direct 10.4 ms, so 2.4 (AVX2: 14.0 and 3.3). Private to conv. */
#ifndef LOCKSTEP_BACKEND_CPU_NARROW_H
#define LOCKSTEP_BACKEND_CPU_NARROW_H

#include "link.h"

#define ls_narrow_pack    LS_SET(ls_cpu_narrow_pack)
#define ls_narrow_forward LS_SET(ls_cpu_narrow_forward)

/* What it pays for: of a panel's columns one in two or fewer would be used, and the product's depth
 * is more than what is added up behind it. It does not pool. */
static inline bool ls_narrow_fits(const ls_conv *s)
{
    return s->stride == 1 && s->kernel > 1 && 2 * s->o < LS_PANEL && s->c >= 4 * s->o && !s->pools;
}

/* Its input is the small image, its output the big one, with the kernel turned by half a turn. */
static inline ls_link ls_narrow_link(const ls_conv *s)
{
    ls_conv turned = *s;
    turned.pad = s->kernel - 1 - s->pad;
    return ls_link_of_transposed(&turned);
}

static inline int64_t ls_narrow_packed(const ls_conv *s)
{
    return (int64_t)ls_panels_width(s->kernel * s->kernel * s->o) * s->c;
}

/* w: [K,K,C,O]; packed: [ls_narrow_packed] */
void ls_narrow_pack(const ls_conv *s, const float *w, float *packed);
/* scratch: ls_patches_floats of ls_narrow_link */
void ls_narrow_forward(const ls_conv *s, int n, const float *x, const float *packed, const float *b,
                       float *y, float *scratch);

#endif
