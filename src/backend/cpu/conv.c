/* Convolution, in the form that its shape allows: Winograd's (winograd.h, thin.h), by patches
 * (narrow.h), else direct, where the input is the big image of a link and the output the small one
 * (link.h). */
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

/* The way back of thin and narrow ones is direct. */
typedef enum form { WINOGRAD, THIN, NARROW, DIRECT } form;

static form form_of(const ls_conv *s)
{
    return ls_winograd_of_conv(s) > 0 ? WINOGRAD
           : ls_thin_fits(s)          ? THIN
           : ls_narrow_fits(s)        ? NARROW
                                      : DIRECT;
}

const char *LS_SET(ls_cpu_conv_method)(const ls_conv *s)
{
    static const char *const names[] = {
        [THIN] = "winograd4 forward", [NARROW] = "patches", [DIRECT] = "direct"};
    form now = form_of(s);
    return now == WINOGRAD ? ls_winograd_name(ls_winograd_of_conv(s)) : names[now];
}

size_t LS_SET(ls_cpu_conv_packed)(const ls_conv *s, bool backward)
{
    ls_link link = link_of(s);
    form now = form_of(s);
    int64_t floats = now == WINOGRAD ? ls_winograd_packed(s, ls_winograd_of_conv(s), backward)
                     : backward      ? ls_spread_packed(&link)
                     : now == THIN   ? ls_thin_packed(s)
                     : now == NARROW ? ls_narrow_packed(s)
                                     : ls_gather_packed(&link);
    return sizeof(float) * (size_t)floats;
}

void LS_SET(ls_cpu_conv_pack)(const ls_conv *s, bool backward, const float *w, float *packed)
{
    ls_link link = link_of(s);
    form now = form_of(s);
    if (now == WINOGRAD) {
        ls_winograd_pack(s, ls_winograd_of_conv(s), backward, w, packed);
    } else if (backward) {
        ls_spread_pack(&link, w, packed);
    } else if (now == THIN) {
        ls_thin_pack(s, w, packed);
    } else if (now == NARROW) {
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

/* What a form's forward needs beyond direct products, in floats. */
static int64_t forward_floats(const ls_conv *s, form now)
{
    ls_link turned = ls_narrow_link(s);
    return now == THIN ? ls_thin_floats(s) : now == NARROW ? ls_patches_floats(&turned) : 0;
}

size_t LS_SET(ls_cpu_conv_scratch)(const ls_conv *s, int n)
{
    form now = form_of(s);
    if (now == WINOGRAD) {
        return sizeof(float) * (size_t)ls_winograd_floats(s, ls_winograd_of_conv(s));
    }
    ls_link link = link_of(s);
    size_t forward = sizeof(float) * (size_t)forward_floats(s, now);
    size_t direct = ls_link_scratch(&link, n) + sizeof(float) * (size_t)pool_floats(s, n);
    return forward > direct ? forward : direct;
}

void LS_SET(ls_cpu_conv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                 const float *b, float *y, uint8_t *which, void *scratch)
{
    ls_link link = link_of(s);
    form now = form_of(s);
    if (now == WINOGRAD) {
        ls_winograd_forward(s, ls_winograd_of_conv(s), n, x, w, b, y, which, scratch);
    } else if (now == THIN) {
        ls_thin_forward(s, n, x, w, b, y, which, scratch);
    } else if (now == NARROW) {
        ls_narrow_forward(s, n, x, w, b, y, scratch);
    } else if (s->pools) {
        ls_conv_pool_forward(&link, n, x, w, b, y, which, scratch);
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
