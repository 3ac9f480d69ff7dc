/* Convolution, in the form that its shape allows: Winograd's (winograd.h), else direct, where the
 * input is the big image of a link and the output the small one (link.h). */
#include "link.h"
#include "rows.h"
#include "winograd.h"

static ls_link link_of(const ls_conv *s)
{
    return (ls_link){.big_h = s->h,
                     .big_w = s->w,
                     .big_c = s->c,
                     .small_h = s->p,
                     .small_w = s->q,
                     .small_c = s->o,
                     .kernel = s->kernel,
                     .stride = s->stride,
                     .pad = s->pad,
                     .w_big = s->o,
                     .w_small = 1};
}

size_t LS_SET(ls_cpu_conv_scratch)(const ls_conv *s, int n)
{
    if (ls_winograd_fits(s)) {
        return sizeof(float) * (size_t)ls_winograd_floats(s);
    }
    ls_link link = link_of(s);
    return ls_link_scratch(&link, n);
}

void LS_SET(ls_cpu_conv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                 const float *b, float *y, void *scratch)
{
    if (ls_winograd_fits(s)) {
        ls_winograd_forward(s, n, x, w, b, y, scratch);
        return;
    }
    ls_link link = link_of(s);
    ls_gather(&link, n, x, w, b, y, scratch);
}

void LS_SET(ls_cpu_conv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                  const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    if (ls_winograd_fits(s)) {
        ls_winograd_backward(s, n, x, w, dy, dx, dw, db, scratch);
        return;
    }
    ls_link link = link_of(s);
    ls_weigh(&link, n, x, dy, dw, scratch);
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        ls_spread(&link, n, dy, w, NULL, dx, scratch);
    }
}
