/* A convolution with few output channels, as spread by whole patches. */
#include "narrow.h"

#include "patches.h"

#include <string.h>

/* Tap t of the patch is tap K * K - 1 - t of the kernel. */
void ls_narrow_pack(const ls_conv *s, const float *w, float *packed)
{
    int taps = s->kernel * s->kernel;
    memset(packed, 0, sizeof *packed * (size_t)ls_narrow_packed(s));
    for (int column = 0; column < taps * s->o; column++) {
        int tap = taps - 1 - column / s->o;
        const float *from = w + (int64_t)tap * s->c * s->o + column % s->o;
        float *to = packed + (int64_t)(column / LS_PANEL) * s->c * LS_PANEL + column % LS_PANEL;
        for (int c = 0; c < s->c; c++) {
            to[(int64_t)c * LS_PANEL] = from[(int64_t)c * s->o];
        }
    }
}

void ls_narrow_forward(const ls_conv *s, int n, const float *x, const float *packed, const float *b,
                       float *y, float *scratch)
{
    ls_link link = ls_narrow_link(s);
    ls_patches_spread(&link, n, x, packed, b, y, scratch);
}
