/* Weigh (see link.h): the weights' gradient as sums of outer products. For one kernel row, the big
 * image's K * A floats under a small place lie side by side; with the B floats of the small place
 * they make a [K*A, B] part of the gradient, summed over places in registers, tile by tile. Which
 * side gives the tile's columns depends on the shape: the one that leaves fewer of them idle. */
#include "link.h"

#include <string.h>

#define BLOCK_FLOATS (48 * 1024) /* images worked through at once: about 192 KiB */

static bool columns_from_small(const ls_link *s)
{
    int run = s->kernel * s->big_c;
    int64_t small = (int64_t)run * ls_panels_width(s->small_c);
    int64_t big = (int64_t)s->small_c * ls_panels_width(run);
    return small < big || (small == big && s->w_small == 1);
}

static int block_images(const ls_link *s, int n)
{
    ls_frame frame = ls_link_frame(s);
    int64_t each = ls_frame_floats(&frame) + (int64_t)s->small_h * s->small_w * s->small_c;
    int64_t block = BLOCK_FLOATS / each;
    return block < 1 ? 1 : block < n ? (int)block : n;
}

/* Frames, copies of the small images, and what a panel reads behind the last of either. */
int64_t ls_weigh_floats(const ls_link *s, int n)
{
    ls_frame frame = ls_link_frame(s);
    int64_t each = ls_frame_floats(&frame) + (int64_t)s->small_h * s->small_w * s->small_c;
    return block_images(s, n) * each + 2 * LS_PANEL;
}

/* One block of images, framed and with room to read behind them. */
static void weigh_block(const ls_link *s, const ls_frame *frame, int images, const float *framed,
                        const float *small, float *dw)
{
    int64_t big_line = (int64_t)frame->columns * s->big_c;
    int64_t small_line = (int64_t)s->small_w * s->small_c;
    ls_side big_side = {.count = s->kernel * s->big_c, .gradient = s->w_big};
    ls_side small_side = {.count = s->small_c, .gradient = s->w_small, .first = small};
    ls_places places = {.images = images,
                        .lines = s->small_h,
                        .columns = s->small_w,
                        .a_image = ls_frame_floats(frame),
                        .a_line = s->stride * big_line,
                        .a_column = (int64_t)s->stride * s->big_c,
                        .b_image = s->small_h * small_line,
                        .b_line = small_line,
                        .b_column = s->small_c};
    ls_places swapped = {.images = images,
                         .lines = s->small_h,
                         .columns = s->small_w,
                         .a_image = places.b_image,
                         .a_line = places.b_line,
                         .a_column = places.b_column,
                         .b_image = places.a_image,
                         .b_line = places.a_line,
                         .b_column = places.a_column};
    for (int i = 0; i < s->kernel; i++) {
        big_side.first = framed + i * big_line;
        float *part = dw + (int64_t)i * s->kernel * s->big_c * s->w_big;
        if (columns_from_small(s)) {
            ls_outer_add(&places, &big_side, &small_side, part);
        } else {
            ls_outer_add(&swapped, &small_side, &big_side, part);
        }
    }
}

void ls_weigh(const ls_link *s, int n, const float *big, const float *small, float *dw,
              float *scratch)
{
    ls_frame frame = ls_link_frame(s);
    int64_t big_image = (int64_t)s->big_h * s->big_w * s->big_c;
    int64_t small_image = (int64_t)s->small_h * s->small_w * s->small_c;
    int step = block_images(s, n);
    float *framed = scratch;                                          /* [step, frame] */
    float *copy = framed + step * ls_frame_floats(&frame) + LS_PANEL; /* [step, small image] */
    bool is_whole = s->small_c % LS_PANEL == 0; /* panels then end where the array does */
    for (int k = 0; k < n; k += step) {
        int images = n - k < step ? n - k : step;
        const float *now = small + k * small_image;
        for (int j = 0; j < images; j++) {
            ls_frame_copy(&frame, big + (k + j) * big_image, framed + j * ls_frame_floats(&frame));
        }
        if (!is_whole && columns_from_small(s)) {
            memcpy(copy, now, sizeof *copy * (size_t)(images * small_image));
            now = copy;
        }
        weigh_block(s, &frame, images, framed, now, dw);
    }
}
