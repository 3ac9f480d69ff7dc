/* Images inside a frame of zeros, and weights as panels: what the small products read. */
#ifndef LOCKSTEP_BACKEND_CPU_FRAME_H
#define LOCKSTEP_BACKEND_CPU_FRAME_H

#include "product.h"

#define ls_frame_copy  LS_SET(ls_cpu_frame_copy)
#define ls_panels_pack LS_SET(ls_cpu_panels_pack)

/* A buffer [lines,columns,C] whose place (u, v) holds the image's (u - top, v - left), or 0 where
 * the image has no such place. top and left may be below 0: then the buffer cuts the image. */
typedef struct ls_frame {
    int h, w, c; /* image */
    int lines, columns;
    int top, left;
} ls_frame;

static inline int64_t ls_frame_floats(const ls_frame *s)
{
    return (int64_t)s->lines * s->columns * s->c;
}

void ls_frame_copy(const ls_frame *s, const float *image, float *buffer);

/* Weights by their strides: element (u, v, d, o) is w[u * line + v * column + d * depth_stride +
 * o * out_stride]. */
typedef struct ls_strides {
    int lines, columns, depth, out; /* counts */
    int64_t line, column, depth_stride, out_stride;
} ls_strides;

/* `out` rounded up to whole panels. */
static inline int ls_panels_width(int out)
{
    return (out + LS_PANEL - 1) / LS_PANEL * LS_PANEL;
}

static inline int64_t ls_panels_floats(const ls_strides *s)
{
    return (int64_t)ls_panels_width(s->out) * s->lines * s->columns * s->depth;
}

/* panels: [width / LS_PANEL, lines * columns * depth, LS_PANEL]; zeros behind the last out. */
void ls_panels_pack(const ls_strides *s, const float *w, float *panels);

#endif
