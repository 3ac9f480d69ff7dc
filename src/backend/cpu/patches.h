/* Patches that overlap, added up to an image. */
#ifndef LOCKSTEP_BACKEND_CPU_PATCHES_H
#define LOCKSTEP_BACKEND_CPU_PATCHES_H

#include "link.h"

#define ls_patches_add LS_SET(ls_cpu_patches_add)

/* big[big_h,big_w,A] = bias (or zeros) + each patch at its place; what lies outside is dropped.
 * patches: [small_h * small_w, pitch] with K * K * A floats used of each. */
void ls_patches_add(const ls_link *s, int64_t pitch, const float *patches, const float *bias,
                    float *big);

#endif
