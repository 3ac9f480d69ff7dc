/* Images inside a frame of zeros, and weights as panels: copies that spare the small products every
 * test for an edge. */
#include "frame.h"

#include "transpose.h"

#include <string.h>

static int within(int value, int low, int high)
{
    int least = value > low ? value : low;
    return least < high ? least : high;
}

void ls_frame_copy(const ls_frame *s, const float *image, float *buffer)
{
    int64_t line = (int64_t)s->columns * s->c;
    int first = within(s->left, 0, s->columns); /* columns [first, last) lie in the image */
    int last = within(s->w + s->left, first, s->columns);
    size_t before = sizeof *buffer * (size_t)first * (size_t)s->c;
    size_t inside = sizeof *buffer * (size_t)(last - first) * (size_t)s->c;
    for (int u = 0; u < s->lines; u++, buffer += line) {
        int row = u - s->top;
        if (row < 0 || row >= s->h || last == first) {
            memset(buffer, 0, sizeof *buffer * (size_t)line);
            continue;
        }
        const float *from = image + ((int64_t)row * s->w + first - s->left) * s->c;
        memset(buffer, 0, before);
        memcpy(buffer + (int64_t)first * s->c, from, inside);
        memset(buffer + (int64_t)last * s->c, 0, sizeof *buffer * (size_t)line - before - inside);
    }
}

/* Rows [first, end) of one tap's weights [depth, width] into a panel's. */
static void pack_tap(const ls_strides *s, int width, int first, int end, const float *w,
                     float *panel)
{
    if (width < LS_PANEL) {
        memset(panel + (int64_t)first * LS_PANEL, 0,
               sizeof *panel * (size_t)(end - first) * LS_PANEL);
    }
    if (s->out_stride == 1 && width == LS_PANEL) {
        for (int d = first; d < end; d++) {
            const float *from = w + d * s->depth_stride;
            ls_vec_store(panel + (int64_t)d * LS_PANEL, ls_vec_load(from));
            ls_vec_store(panel + (int64_t)d * LS_PANEL + LS_VEC, ls_vec_load(from + LS_VEC));
        }
        return;
    }
    if (s->out_stride == 1) {
        for (int d = first; d < end; d++) {
            memcpy(panel + (int64_t)d * LS_PANEL, w + d * s->depth_stride,
                   sizeof *w * (size_t)width);
        }
        return;
    }
    if (s->depth_stride == 1) {
        ls_turn(width, end - first, w + first, s->out_stride, panel + (int64_t)first * LS_PANEL,
                LS_PANEL);
        return;
    }
    for (int o = 0; o < width; o++) {
        for (int d = first; d < end; d++) {
            panel[(int64_t)d * LS_PANEL + o] = w[o * s->out_stride + d * s->depth_stride];
        }
    }
}

/* Rows of depth that are packed together, since what lies side by side is best read together.
 * Measured on a Zen 5 with AVX2 for 128 x 2048: 53 us a panel at a time, 22 so. */
#define ROWS_TOGETHER 8

void ls_panels_pack(const ls_strides *s, const float *w, float *panels)
{
    const int rows = s->out_stride == 1 ? ROWS_TOGETHER : s->depth;
    for (int first = 0; first < s->depth; first += rows) {
        const int end = s->depth - first < rows ? s->depth : first + rows;
        float *panel = panels;
        for (int o = 0; o < s->out; o += LS_PANEL) {
            const int width = s->out - o < LS_PANEL ? s->out - o : LS_PANEL;
            for (int tap = 0; tap < s->lines * s->columns; tap++) {
                const int64_t at = tap / s->columns * s->line + tap % s->columns * s->column;
                pack_tap(s, width, first, end, w + at + o * s->out_stride, panel);
                panel += (int64_t)s->depth * LS_PANEL;
            }
        }
    }
}
