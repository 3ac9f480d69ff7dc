/* Spread by whole patches. */
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

/* big[big_h,big_w,A] = bias (or zeros) + each patch at its place; what lies outside is dropped.
 * patches: [small_h * small_w, pitch] with K * K * A floats used of each. */
static void add_patches(const ls_link *s, int64_t pitch, const float *patches, const float *bias,
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

void ls_patches_spread(const ls_link *s, int n, const float *small, const float *panels,
                       const float *bias, float *big, float *scratch)
{
    int places = s->small_h * s->small_w;
    int width = ls_patches_width(s);
    float *patches = scratch; /* [places, width] */
    ls_grid grid = {.lines = 1,
                    .columns = places,
                    .out = width,
                    .x_column = s->small_c,
                    .y_column = width,
                    .runs = {.runs = 1, .length = s->small_c}};
    for (int k = 0; k < n; k++) {
        ls_walk(&grid, small + (int64_t)k * places * s->small_c, panels, NULL, patches);
        add_patches(s, width, patches, bias, big + (int64_t)k * s->big_h * s->big_w * s->big_c);
    }
}
