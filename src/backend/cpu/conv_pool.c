/* Direct convolution, rectified and pooled in registers. */
#include "conv_pool.h"

#include "pool_four.h"
#include "product.h"

#include <string.h>

int64_t ls_conv_pool_floats(const ls_conv *s, int n)
{
    return (int64_t)n * s->p * s->q * s->o;
}

/* Windows side by side that make one tile of sums, and its rows. */
#define WINDOWS (LS_PRODUCT_ROWS / 4)
#define ROWS    (4 * WINDOWS)

/* Some windows of one panel of channels, of which `width` exist. */
typedef struct target {
    int width;
    int64_t pitch; /* channels from one window to the next */
    float *y;
    uint8_t *which;
} target;

/* One vector of a window, from sums of its four places. */
static LS_ALWAYS_INLINE void pool_vector(ls_vec sums[4][2], int half, const target *to, int64_t at)
{
    const ls_vec window[4] = {sums[0][half], sums[1][half], sums[2][half], sums[3][half]};
    const int left = to->width - half * LS_VEC;
    ls_corners place;
    ls_vec most = ls_pool_four(window, &place);
    if (left >= LS_VEC) {
        ls_vec_store(to->y + at + half * LS_VEC, most);
        ls_corners_store(to->which + at + half * LS_VEC, place);
    } else if (left > 0) {
        ls_vec_store_some(to->y + at + half * LS_VEC, left, most);
        ls_corners_store_some(to->which + at + half * LS_VEC, left, place);
    }
}

/* x: of the first window. bias: [LS_PANEL] */
static LS_ALWAYS_INLINE void pool_windows(int windows, const ls_grid *s, const float *x,
                                          const float *panel, const float *bias, const target *to)
{
    ls_vec sums[ROWS][2];
    const float *at[ROWS];
    LS_UNROLL
    for (int r = 0; r < 4 * windows; r++) {
        at[r] = x + r % 4 / 2 * s->x_line + (r / 4 * 2 + r % 2) * s->x_column;
        sums[r][0] = ls_vec_load(bias);
        sums[r][1] = ls_vec_load(bias + LS_VEC);
    }
    ls_product_runs(4 * windows, &s->runs, at, panel, sums);
    LS_UNROLL
    for (int w = 0; w < windows; w++) {
        pool_vector(sums + 4 * w, 0, to, w * to->pitch);
        pool_vector(sums + 4 * w, 1, to, w * to->pitch);
    }
}

/* One line of windows of one panel. */
static void pool_line(const ls_grid *s, const float *x, const float *panel, const float *bias,
                      target to)
{
    int left = s->columns / 2;
    for (; left >= WINDOWS; left -= WINDOWS) {
        pool_windows(WINDOWS, s, x, panel, bias, &to);
        x += 2 * WINDOWS * s->x_column;
        to.y += WINDOWS * to.pitch;
        to.which += WINDOWS * to.pitch;
    }
    for (; left > 0; left--) {
        pool_windows(1, s, x, panel, bias, &to);
        x += 2 * s->x_column;
        to.y += to.pitch;
        to.which += to.pitch;
    }
}

/* One image, in its frame. y, which: [P/2,Q/2,O] */
static void pool_image(const ls_grid *s, const float *framed, const float *panels, const float *b,
                       float *y, uint8_t *which)
{
    const int64_t panel = (int64_t)s->runs.runs * s->runs.length * LS_PANEL;
    const int64_t pooled = (int64_t)s->columns / 2 * s->out; /* a line's */
    for (int o = 0; o < s->out; o += LS_PANEL, panels += panel) {
        target to = {.width = s->out - o < LS_PANEL ? s->out - o : LS_PANEL, .pitch = s->out};
        float bias[LS_PANEL] = {0.0F};
        memcpy(bias, b + o, sizeof *b * (size_t)to.width);
        for (int p = 0; p < s->lines / 2; p++) {
            to.y = y + p * pooled + o;
            to.which = which + p * pooled + o;
            pool_line(s, framed + 2 * p * s->x_line, panels, bias, to);
        }
    }
}

void ls_conv_pool_forward(const ls_link *link, int n, const float *x, const float *packed,
                          const float *b, float *y, uint8_t *which, float *scratch)
{
    const ls_frame frame = ls_link_frame(link);
    const ls_grid grid = ls_gather_grid(link);
    const int64_t pooled = (int64_t)link->small_h / 2 * (link->small_w / 2) * link->small_c;
    for (int k = 0; k < n; k++) { /* scratch: [lines, columns, C] */
        ls_frame_copy(&frame, x + (int64_t)k * link->big_h * link->big_w * link->big_c, scratch);
        pool_image(&grid, scratch, packed, b, y + k * pooled, which + k * pooled);
    }
}

void ls_conv_pool_restore(const ls_conv *s, int n, const float *dy, const uint8_t *which,
                          float *full)
{
    const ls_pool pool = {
        .h = s->p, .w = s->q, .c = s->o, .p = s->p / 2, .q = s->q / 2, .window = 2, .stride = 2};
    LS_SET(ls_cpu_maxpool_backward)(&pool, n, which, dy, full);
}
