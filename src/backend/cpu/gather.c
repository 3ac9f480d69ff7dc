/* Gather (see link.h): each place of the small image is one row of a product over its patch of the
 * big one, which lies in a frame of zeros; a patch is K runs of K * A floats. */
#include "link.h"

ls_grid ls_gather_grid(const ls_link *s)
{
    ls_frame frame = ls_link_frame(s);
    int64_t line = (int64_t)frame.columns * s->big_c;
    return (ls_grid){.lines = s->small_h,
                     .columns = s->small_w,
                     .out = s->small_c,
                     .x_line = s->stride * line,
                     .x_column = (int64_t)s->stride * s->big_c,
                     .y_line = (int64_t)s->small_w * s->small_c,
                     .y_column = s->small_c,
                     .runs = {.runs = s->kernel, .length = s->kernel * s->big_c, .pitch = line}};
}

static ls_strides strides_of(const ls_link *s)
{
    return (ls_strides){.lines = s->kernel,
                        .columns = s->kernel,
                        .depth = s->big_c,
                        .out = s->small_c,
                        .line = s->kernel * s->big_c * s->w_big,
                        .column = s->big_c * s->w_big,
                        .depth_stride = s->w_big,
                        .out_stride = s->w_small};
}

int64_t ls_gather_packed(const ls_link *s)
{
    ls_strides strides = strides_of(s);
    return ls_panels_floats(&strides);
}

/* packed: [width / LS_PANEL, K*K*A, LS_PANEL] */
void ls_gather_pack(const ls_link *s, const float *w, float *packed)
{
    ls_strides strides = strides_of(s);
    ls_panels_pack(&strides, w, packed);
}

int64_t ls_gather_floats(const ls_link *s)
{
    ls_frame frame = ls_link_frame(s);
    return ls_frame_floats(&frame);
}

void ls_gather(const ls_link *s, int n, const float *big, const float *packed, const float *bias,
               float *small, float *scratch)
{
    ls_frame frame = ls_link_frame(s);
    float *framed = scratch; /* [lines, columns, A] */
    ls_grid grid = ls_gather_grid(s);
    for (int k = 0; k < n; k++) {
        ls_frame_copy(&frame, big + (int64_t)k * s->big_h * s->big_w * s->big_c, framed);
        ls_walk(&grid, framed, packed, bias,
                small + (int64_t)k * s->small_h * s->small_w * s->small_c);
    }
}
