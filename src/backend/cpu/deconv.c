/* Transposed convolution: its output is the big image of a link, its input the small one (link.h).
 */
#include "link.h"
#include "rows.h"

static ls_link link_of(const ls_conv *s)
{
    return (ls_link){.big_h = s->p,
                     .big_w = s->q,
                     .big_c = s->o,
                     .small_h = s->h,
                     .small_w = s->w,
                     .small_c = s->c,
                     .kernel = s->kernel,
                     .stride = s->stride,
                     .pad = s->pad,
                     .w_big = 1,
                     .w_small = (int64_t)s->kernel * s->kernel * s->o};
}

size_t LS_SET(ls_cpu_deconv_packed)(const ls_conv *s, bool backward)
{
    ls_link link = link_of(s);
    return sizeof(float) * (size_t)(backward ? ls_gather_packed(&link) : ls_spread_packed(&link));
}

void LS_SET(ls_cpu_deconv_pack)(const ls_conv *s, bool backward, const float *w, float *packed)
{
    ls_link link = link_of(s);
    if (backward) {
        ls_gather_pack(&link, w, packed);
    } else {
        ls_spread_pack(&link, w, packed);
    }
}

size_t LS_SET(ls_cpu_deconv_scratch)(const ls_conv *s, int n)
{
    ls_link link = link_of(s);
    return ls_link_scratch(&link, n);
}

void LS_SET(ls_cpu_deconv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                   const float *b, float *y, void *scratch)
{
    ls_link link = link_of(s);
    ls_spread(&link, n, x, w, b, y, scratch);
}

void LS_SET(ls_cpu_deconv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                    const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    ls_link link = link_of(s);
    ls_weigh(&link, n, dy, x, dw, scratch);
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        ls_gather(&link, n, dy, w, NULL, dx, scratch);
    }
}
