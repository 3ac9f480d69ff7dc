/* Convolution, in the form that its shape allows: Winograd's (winograd.h), else direct, where the
 * input is the big image of a link and the output the small one (link.h). */
#include "conv_pool.h"
#include "link.h"
#include "narrow.h"
#include "patches.h"
#include "rows.h"
#include "winograd/thin.h"
#include "winograd/winograd.h"

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

const char *LS_SET(ls_cpu_conv_method)(const ls_conv *s)
{
    int side = ls_winograd_of_conv(s);
    return side > 0            ? ls_winograd_name(side)
           : ls_thin_fits(s)   ? "winograd4 forward"
           : ls_narrow_fits(s) ? "patches"
                               : "direct";
}

size_t LS_SET(ls_cpu_conv_packed)(const ls_conv *s, bool backward)
{
    ls_link link = link_of(s);
    int side = ls_winograd_of_conv(s);
    int64_t floats = side > 0            ? ls_winograd_packed(s, side, backward)
                     : backward          ? ls_spread_packed(&link)
                     : ls_thin_fits(s)   ? ls_thin_packed(s)
                     : ls_narrow_fits(s) ? ls_narrow_packed(s)
                                         : ls_gather_packed(&link);
    return sizeof(float) * (size_t)floats;
}

void LS_SET(ls_cpu_conv_pack)(const ls_conv *s, bool backward, const float *w, float *packed)
{
    ls_link link = link_of(s);
    int side = ls_winograd_of_conv(s);
    if (side > 0) {
        ls_winograd_pack(s, side, backward, w, packed);
    } else if (backward) {
        ls_spread_pack(&link, w, packed);
    } else if (ls_thin_fits(s)) {
        ls_thin_pack(s, w, packed);
    } else if (ls_narrow_fits(s)) {
        ls_narrow_pack(s, w, packed);
    } else {
        ls_gather_pack(&link, w, packed);
    }
}

/* What pooling needs beyond the link's scratch memory, in floats. */
static int64_t pool_floats(const ls_conv *s, int n)
{
    int64_t restored = ls_conv_pool_floats(s, n);
    int64_t weigh = ls_pooled_weigh_fits(s) ? ls_pooled_weigh_floats(s) : 0;
    return !s->pools ? 0 : restored > weigh ? restored : weigh;
}

size_t LS_SET(ls_cpu_conv_scratch)(const ls_conv *s, int n)
{
    int side = ls_winograd_of_conv(s);
    if (side > 0) {
        return sizeof(float) * (size_t)ls_winograd_floats(s, side);
    }
    ls_link link = link_of(s);
    ls_link turned = ls_narrow_link(s);
    int64_t forward = ls_thin_fits(s)     ? ls_thin_floats(s)
                      : ls_narrow_fits(s) ? ls_patches_floats(&turned)
                                          : 0;
    size_t direct = ls_link_scratch(&link, n) + sizeof(float) * (size_t)pool_floats(s, n);
    size_t special = sizeof(float) * (size_t)forward;
    return special > direct ? special : direct;
}

void LS_SET(ls_cpu_conv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                 const float *b, float *y, uint8_t *which, void *scratch)
{
    ls_link link = link_of(s);
    int side = ls_winograd_of_conv(s);
    if (side > 0) {
        ls_winograd_forward(s, side, n, x, w, b, y, which, scratch);
    } else if (ls_thin_fits(s)) {
        ls_thin_forward(s, n, x, w, b, y, which, scratch);
    } else if (s->pools) {
        ls_conv_pool_forward(&link, n, x, w, b, y, which, scratch);
    } else if (ls_narrow_fits(s)) {
        ls_narrow_forward(s, n, x, w, b, y, scratch);
    } else {
        ls_gather(&link, n, x, w, b, y, scratch);
    }
}

void LS_SET(ls_cpu_conv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                  const float *dy, const uint8_t *which, float *dx, float *dw,
                                  float *db, void *scratch)
{
    int side = ls_winograd_of_conv(s);
    if (side > 0) {
        const ls_winograd_gradients g = {.dy = dy, .which = which, .dx = dx, .dw = dw, .db = db};
        ls_winograd_backward(s, side, n, x, w, &g, scratch);
        return;
    }
    if (s->pools && dx == NULL && ls_pooled_weigh_fits(s)) {
        ls_pooled_weigh(s, n, x, dy, which, dw, db, scratch);
        return;
    }
    ls_link link = link_of(s);
    float *rest = scratch;
    if (s->pools) {
        ls_conv_pool_restore(s, n, dy, which, rest);
        dy = rest;
        rest += ls_conv_pool_floats(s, n);
    }
    ls_weigh(&link, n, x, dy, dw, rest);
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        ls_spread(&link, n, dy, w, NULL, dx, rest);
    }
}
