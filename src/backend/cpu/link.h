/* What convolution and transposed convolution share. A link ties a big image [big_h,big_w,A] to a
 * small one [small_h,small_w,B]: small place (p, q) sees the K x K places of the big image from
 * (p * stride - pad, q * stride - pad) on, through weights W(i,j,a,b).
 *
 *   gather   small[p,q,b] = sum_{i,j,a} big[p*stride - pad + i, q*stride - pad + j, a] W(i,j,a,b)
 *   spread   big[p*stride - pad + i, q*stride - pad + j, a] += small[p,q,b] W(i,j,a,b)
 *   weigh    dW(i,j,a,b) += sum_{p,q} big[p*stride - pad + i, ..., a] small[p,q,b]
 *
 * Convolution is gather forward and spread backward; its transpose is the other way round. Each of
 * the three works an image or a few at a time; *_floats is the scratch memory it needs. Gather and
 * spread read weights that ls_gather_pack and ls_spread_pack made, [*_packed] floats. */
#ifndef LOCKSTEP_BACKEND_CPU_LINK_H
#define LOCKSTEP_BACKEND_CPU_LINK_H

#include "frame.h"
#include "walk.h"

typedef struct ls_link {
    int big_h, big_w, big_c;       /* big_c = A */
    int small_h, small_w, small_c; /* small_c = B */
    int kernel, stride, pad;
    /* W(i,j,a,b) = w[((i * K + j) * A + a) * w_big + b * w_small] */
    int64_t w_big, w_small;
} ls_link;

/* Of a transposed convolution: its output is the big image, its input the small one. */
static inline ls_link ls_link_of_transposed(const ls_conv *s)
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

/* The frame of zeros in which every place that a small one sees exists. */
static inline ls_frame ls_link_frame(const ls_link *s)
{
    return (ls_frame){.h = s->big_h,
                      .w = s->big_w,
                      .c = s->big_c,
                      .lines = (s->small_h - 1) * s->stride + s->kernel,
                      .columns = (s->small_w - 1) * s->stride + s->kernel,
                      .top = s->pad,
                      .left = s->pad};
}

#define ls_gather        LS_SET(ls_cpu_gather)
#define ls_gather_packed LS_SET(ls_cpu_gather_packed)
#define ls_gather_pack   LS_SET(ls_cpu_gather_pack)
#define ls_gather_floats LS_SET(ls_cpu_gather_floats)
#define ls_gather_grid   LS_SET(ls_cpu_gather_grid)
#define ls_spread        LS_SET(ls_cpu_spread)
#define ls_spread_packed LS_SET(ls_cpu_spread_packed)
#define ls_spread_pack   LS_SET(ls_cpu_spread_pack)
#define ls_spread_floats LS_SET(ls_cpu_spread_floats)
#define ls_weigh         LS_SET(ls_cpu_weigh)
#define ls_weigh_floats  LS_SET(ls_cpu_weigh_floats)

int64_t ls_gather_packed(const ls_link *s);
void ls_gather_pack(const ls_link *s, const float *w, float *packed);
int64_t ls_spread_packed(const ls_link *s);
void ls_spread_pack(const ls_link *s, const float *w, float *packed);

/* small = gather(big) + bias. bias: [B], or NULL for zeros. */
void ls_gather(const ls_link *s, int n, const float *big, const float *packed, const float *bias,
               float *small, float *scratch);
int64_t ls_gather_floats(const ls_link *s);
/* One image's places: from its frame (ls_link_frame) to the small image. */
ls_grid ls_gather_grid(const ls_link *s);
/* big = spread(small) + bias. bias: [A], or NULL for zeros. */
void ls_spread(const ls_link *s, int n, const float *small, const float *packed, const float *bias,
               float *big, float *scratch);
int64_t ls_spread_floats(const ls_link *s);
/* dw += weigh(big, small) */
void ls_weigh(const ls_link *s, int n, const float *big, const float *small, float *dw,
              float *scratch);
int64_t ls_weigh_floats(const ls_link *s, int n);

/* Bytes that serve each of the three in turn. */
static inline size_t ls_link_scratch(const ls_link *s, int n)
{
    int64_t most = ls_weigh_floats(s, n);
    int64_t gather = ls_gather_floats(s);
    int64_t spread = ls_spread_floats(s);
    most = gather > most ? gather : most;
    return sizeof(float) * (size_t)(spread > most ? spread : most);
}

#endif
