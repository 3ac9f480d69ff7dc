/* Direct convolution, rectified and pooled two lines at a time, while they are in the nearest
 * cache. */
#include "conv_pool.h"

#include "pool_four.h"

int64_t ls_conv_pool_floats(const ls_conv *s, int n)
{
    return (int64_t)n * s->p * s->q * s->o;
}

/* One vector of a window of channels, of which the first `part` exist: above[0], above[o],
 * below[0], below[o]. */
static LS_ALWAYS_INLINE void pool_vector(int part, int o, const float *above, const float *below,
                                         float *y, uint8_t *which)
{
    const ls_vec window[4] = {ls_vec_load_some(above, part), ls_vec_load_some(above + o, part),
                              ls_vec_load_some(below, part), ls_vec_load_some(below + o, part)};
    ls_vec place;
    ls_vec_store_some(y, part, ls_pool_four(window, &place));
    ls_vec_to_some_bytes(which, part, place);
}

/* One line of windows. lines: [2,Q,O]; y, which: [Q/2,O]. */
static void pool_lines(const ls_link *link, const float *lines, float *y, uint8_t *which)
{
    const int o = link->small_c;
    const float *below = lines + (int64_t)link->small_w * o;
    for (int q = 0; q < link->small_w / 2;
         q++, y += o, which += o, lines += 2 * o, below += 2 * o) {
        int c = 0;
        for (; c + LS_VEC <= o; c += LS_VEC) {
            pool_vector(LS_VEC, o, lines + c, below + c, y + c, which + c);
        }
        if (c < o) {
            pool_vector(o - c, o, lines + c, below + c, y + c, which + c);
        }
    }
}

void ls_conv_pool_forward(const ls_link *link, int n, const float *x, const float *packed,
                          const float *b, float *y, uint8_t *which, float *scratch)
{
    ls_frame frame = ls_link_frame(link);
    ls_grid grid = ls_gather_grid(link);
    float *framed = scratch;                                     /* [lines, columns, C] */
    float *lines = framed + ls_frame_floats(&frame);             /* [2,Q,O] */
    int64_t pooled = (int64_t)link->small_w / 2 * link->small_c; /* a line's */
    grid.lines = 2;
    for (int k = 0; k < n; k++) {
        ls_frame_copy(&frame, x + (int64_t)k * link->big_h * link->big_w * link->big_c, framed);
        for (int p = 0; p < link->small_h; p += 2, y += pooled, which += pooled) {
            ls_walk(&grid, framed + p * grid.x_line, packed, b, lines);
            pool_lines(link, lines, y, which);
        }
    }
}

void ls_conv_pool_restore(const ls_conv *s, int n, const float *dy, const uint8_t *which,
                          float *full)
{
    const ls_pool pool = {
        .h = s->p, .w = s->q, .c = s->o, .p = s->p / 2, .q = s->q / 2, .window = 2, .stride = 2};
    LS_SET(ls_cpu_maxpool_backward)(&pool, n, which, dy, full);
}
