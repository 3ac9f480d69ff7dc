/* Transposed convolution, in the form that its shape allows: minimal filtering (winograd.h), else
 * direct, where its output is the big image of a link and its input the small one (link.h). */
#include "link.h"
#include "rows.h"
#include "winograd/winograd.h"

const char *LS_SET(ls_cpu_deconv_method)(const ls_conv *s)
{
    int side = ls_winograd_of_deconv(s);
    return side > 0 ? ls_winograd_name(side) : "direct";
}

size_t LS_SET(ls_cpu_deconv_packed)(const ls_conv *s, bool backward)
{
    ls_link link = ls_link_of_transposed(s);
    int side = ls_winograd_of_deconv(s);
    int64_t floats = side > 0   ? ls_winograd_packed(s, side, backward)
                     : backward ? ls_gather_packed(&link)
                                : ls_spread_packed(&link);
    return sizeof(float) * (size_t)floats;
}

void LS_SET(ls_cpu_deconv_pack)(const ls_conv *s, bool backward, const float *w, float *packed)
{
    ls_link link = ls_link_of_transposed(s);
    int side = ls_winograd_of_deconv(s);
    if (side > 0) {
        ls_winograd_pack(s, side, backward, w, packed);
    } else if (backward) {
        ls_gather_pack(&link, w, packed);
    } else {
        ls_spread_pack(&link, w, packed);
    }
}

size_t LS_SET(ls_cpu_deconv_scratch)(const ls_conv *s, int n)
{
    ls_link link = ls_link_of_transposed(s);
    int side = ls_winograd_of_deconv(s);
    return side > 0 ? sizeof(float) * (size_t)ls_winograd_floats(s, side)
                    : ls_link_scratch(&link, n);
}

void LS_SET(ls_cpu_deconv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                   const float *b, float *y, void *scratch)
{
    ls_link link = ls_link_of_transposed(s);
    int side = ls_winograd_of_deconv(s);
    if (side > 0) {
        ls_winograd_forward(s, side, n, x, w, b, y, NULL, scratch);
    } else {
        ls_spread(&link, n, x, w, b, y, scratch);
    }
}

bool LS_SET(ls_cpu_deconv_rectifies)(const ls_conv *s)
{
    return ls_winograd_of_deconv(s) > 0;
}

void LS_SET(ls_cpu_deconv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                    const float *y, const float *dy, float *dx, float *dw,
                                    float *db, void *scratch)
{
    int side = ls_winograd_of_deconv(s);
    if (side > 0) {
        const ls_winograd_gradients g = {.dy = dy, .y = y, .dx = dx, .dw = dw, .db = db};
        ls_winograd_backward(s, side, n, x, w, &g, scratch);
        return;
    }
    ls_link link = ls_link_of_transposed(s);
    ls_weigh(&link, n, dy, x, dw, scratch);
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        ls_gather(&link, n, dy, w, NULL, dx, scratch);
    }
}
