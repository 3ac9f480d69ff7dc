/* Transposed convolution: its output is the big image of a link, its input the small one (link.h).
 */
#include "link.h"
#include "rows.h"

size_t LS_SET(ls_cpu_deconv_packed)(const ls_conv *s, bool backward)
{
    ls_link link = ls_link_of_transposed(s);
    return sizeof(float) * (size_t)(backward ? ls_gather_packed(&link) : ls_spread_packed(&link));
}

void LS_SET(ls_cpu_deconv_pack)(const ls_conv *s, bool backward, const float *w, float *packed)
{
    ls_link link = ls_link_of_transposed(s);
    if (backward) {
        ls_gather_pack(&link, w, packed);
    } else {
        ls_spread_pack(&link, w, packed);
    }
}

size_t LS_SET(ls_cpu_deconv_scratch)(const ls_conv *s, int n)
{
    ls_link link = ls_link_of_transposed(s);
    return ls_link_scratch(&link, n);
}

void LS_SET(ls_cpu_deconv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                   const float *b, float *y, void *scratch)
{
    ls_link link = ls_link_of_transposed(s);
    ls_spread(&link, n, x, w, b, y, scratch);
}

void LS_SET(ls_cpu_deconv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                    const float *dy, float *dx, float *dw, float *db, void *scratch)
{
    ls_link link = ls_link_of_transposed(s);
    ls_weigh(&link, n, dy, x, dw, scratch);
    ls_rows_sum((int64_t)n * s->p * s->q, s->o, dy, db);
    if (dx != NULL) {
        ls_gather(&link, n, dy, w, NULL, dx, scratch);
    }
}
