/* Spread (link.h) by whole patches: a product of each small place with all of its patch, and the
 * patches, which overlap, added up to the big image. Of few big channels, where a panel of a
 * phase's outputs would be idle for the most part. */
#ifndef LOCKSTEP_BACKEND_CPU_PATCHES_H
#define LOCKSTEP_BACKEND_CPU_PATCHES_H

#include "link.h"

#define ls_patches_spread LS_SET(ls_cpu_patches_spread)

static inline int ls_patches_width(const ls_link *s)
{
    return ls_panels_width(s->kernel * s->kernel * s->big_c);
}

/* Of one image's patches. */
static inline int64_t ls_patches_floats(const ls_link *s)
{
    return (int64_t)ls_patches_width(s) * s->small_h * s->small_w;
}

/* panels: [width / LS_PANEL, B, LS_PANEL], column (i * K + j) * A + a. bias: [A], or NULL for
 * zeros. scratch: patches. */
void ls_patches_spread(const ls_link *s, int n, const float *small, const float *panels,
                       const float *bias, float *big, float *scratch);

#endif
