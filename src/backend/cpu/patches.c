/* Patches that overlap, added up to an image. */
#include "patches.h"

#include "rows.h"

#include <string.h>

/* One row of a patch, to big places from (h, w) on. */
static void add_row(const ls_link *s, const float *restrict row, int h, int w, float *big)
{
    int left = w < 0 ? -w : 0;
    int right = s->big_w - w < s->kernel ? s->big_w - w : s->kernel;
    if (h < 0 || h >= s->big_h || left >= right) {
        return;
    }
    float *restrict to = big + ((int64_t)h * s->big_w + w + left) * s->big_c;
    row += left * s->big_c;
    int count = (right - left) * s->big_c;
    for (int k = 0; k < count; k++) {
        to[k] += row[k];
    }
}

void ls_patches_add(const ls_link *s, int64_t pitch, const float *patches, const float *bias,
                    float *big)
{
    int64_t places = (int64_t)s->big_h * s->big_w;
    if (bias != NULL) {
        ls_rows_set(places, s->big_c, bias, big);
    } else {
        memset(big, 0, sizeof *big * (size_t)(places * s->big_c));
    }
    for (int p = 0; p < s->small_h; p++) {
        for (int q = 0; q < s->small_w; q++, patches += pitch) {
            for (int i = 0; i < s->kernel; i++) {
                add_row(s, patches + (int64_t)i * s->kernel * s->big_c, p * s->stride - s->pad + i,
                        q * s->stride - s->pad, big);
            }
        }
    }
}
