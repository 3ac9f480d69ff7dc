/* Between frequencies and the m x m outputs of each tile, which do not overlap; or the (m / 2) x
 * (m / 2) that rectifying and pooling leave of them. */
#include "put.h"
#include "tiles.h"

/* --- forward ---------------------------------------------------------------------------------- */

/* half[m, side] = A^T square */
static LS_ALWAYS_INLINE void half_to_output(int side, ls_phase phase, const float *from,
                                            int64_t pitch, ls_vec *half)
{
    const int m = ls_tile_of(side);
    const int lines = ls_phase_side(side, phase.single_line);
    const int columns = ls_phase_side(side, phase.single_column);
    for (int j = 0; j < columns; j++) {
        ls_vec column[LS_SIDE_MAX];
        column[side - 1] = ls_vec_splat(0.0F); /* of infinity, where the phase has none */
        for (int i = 0; i < lines; i++) {
            column[i] = ls_vec_load(from + (side * i + j) * pitch);
        }
        line_to_output(side, column, 1, half + j, side);
    }
    for (int i = 0; columns < side && i < m; i++) {
        half[side * i + side - 1] = ls_vec_splat(0.0F);
    }
}

static LS_ALWAYS_INLINE void all_to_output(int side, ls_phase phase, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const float *from, int64_t pitch,
                                           int out, const float *bias, float *y, uint8_t *which)
{
    const int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    const ls_put to = ls_put_at(s->conv, out, bias, y, which);
    ls_tile_place tile = ls_tile_at(s, block.first);
    for (int t = 0; t < block.count; t++, from += LS_PANEL) {
        const ls_tile_place next = ls_tile_behind(s, tile);
        ls_square at;
        ls_put_square(side, phase, pools, s->conv, tile, &at);
        ls_put_ask_outputs(side, phase, pools, s->conv, next, &to);
        const bool whole = ls_square_is_whole(&at, ls_tile_of(side) / (pools ? 2 : 1));
        for (int o = 0; o < width; o += LS_VEC) {
            ls_vec half[LS_TILE_MAX * LS_SIDE_MAX];
            const int part = ls_tile_part(width, o);
            LS_FORGET(pitch);
            half_to_output(side, phase, from + o, pitch, half);
            if (whole && part == LS_VEC) {
                ls_put_vector(side, pools, true, LS_VEC, &at, half, &to, o);
            } else {
                ls_put_vector(side, pools, false, part, &at, half, &to, o);
            }
        }
        tile = next;
    }
}

/* The forms of outputs, side * 8 + 4 where they are pooled + phase. X(side, phase, pools) for each:
 */
#define EACH_OUTPUT(X)                                                                             \
    X(3, 0, false)                                                                                 \
    X(3, 1, false)                                                                                 \
    X(3, 2, false)                                                                                 \
    X(3, 3, false)                                                                                 \
    X(5, 0, false)                                                                                 \
    X(5, 1, false)                                                                                 \
    X(5, 2, false)                                                                                 \
    X(5, 3, false)                                                                                 \
    X(4, 0, false)                                                                                 \
    X(4, 0, true)                                                                                  \
    X(6, 0, false)                                                                                 \
    X(6, 0, true)

#define KEY(side, phase, pools) ((side)*8 + ((pools) ? 4 : 0) + (phase))
#define TO_OUTPUT(side, phase, pools)                                                              \
    case KEY(side, phase, pools):                                                                  \
        all_to_output(side, ls_phase_at(phase), pools, s, block, m, pitch, out, bias, y, which);   \
        break;

void ls_tiles_to_output(const ls_tiling *s, int phase, ls_tile_block block, const float *m,
                        int64_t pitch, int out, const float *bias, float *y, uint8_t *which)
{
    switch (KEY(s->side, phase, which != NULL)) {
        EACH_OUTPUT(TO_OUTPUT)
    }
}

/* --- backward --------------------------------------------------------------------------------- */

/* dm = A square A^T. square: [m, m] */
static LS_ALWAYS_INLINE void of_output(int side, ls_phase phase, const ls_vec *square, float *dm,
                                       ls_frequencies at)
{
    const int m = ls_tile_of(side);
    ls_vec half[LS_TILE_MAX * LS_SIDE_MAX]; /* [side, m] */
    for (int j = 0; j < m; j++) {
        line_of_output(side, square + j, m, half + j, m);
    }
    for (int i = 0; i < ls_phase_side(side, phase.single_line); i++) {
        ls_vec line[LS_SIDE_MAX];
        line_of_output(side, half + m * i, 1, line, 1);
        for (int j = 0; j < ls_phase_side(side, phase.single_column); j++) {
            ls_vec_store(dm + (side * i + j) * at.pitch + ls_phase_rank(side, phase, j) * at.phase,
                         line[j]);
        }
    }
}

/* square: [m, m]; returns the sum of what was taken. y: NULL, or of what is rectified. */
static LS_ALWAYS_INLINE ls_vec take(int m, bool whole, int part, const ls_square *at,
                                    const float *dy, const float *y, ls_vec *square)
{
    const ls_vec zero = ls_vec_splat(0.0F);
    LS_UNROLL
    for (int k = 0; k < m * m; k++) {
        const bool exists = whole || ls_square_has(at, k / m, k % m);
        square[k] = exists ? ls_vec_load_some(dy + ls_square_place(at, k / m, k % m), part) : zero;
    }
    if (y != NULL) {
        LS_UNROLL
        for (int k = 0; k < m * m; k++) {
            if (whole || ls_square_has(at, k / m, k % m)) {
                ls_vec reached = ls_vec_load_some(y + ls_square_place(at, k / m, k % m), part);
                square[k] = ls_vec_pick(ls_vec_above(reached, zero), square[k], zero);
            }
        }
    }
    ls_vec sum = zero;
    LS_UNROLL
    for (int k = 0; k < m * m; k++) {
        sum = sum + square[k];
    }
    return sum;
}

static LS_ALWAYS_INLINE ls_vec take_pooled(int m, bool whole, int part, const ls_square *at,
                                           const float *dy, const uint8_t *which, ls_vec *square)
{
    const int half = m / 2;
    ls_vec sum = ls_vec_splat(0.0F);
    for (int k = 0; k < half * half; k++) {
        ls_vec *corner = square + 2 * m * (k / half) + 2 * (k % half);
        ls_corners place = ls_corners_splat(LS_NO_PLACE);
        ls_vec value = ls_vec_splat(0.0F);
        if (whole || ls_square_has(at, k / half, k % half)) {
            value = ls_vec_load_some(dy + ls_square_place(at, k / half, k % half), part);
            place = ls_corners_load_some(which + ls_square_place(at, k / half, k % half), part);
        }
        ls_vec window[4];
        ls_unpool_four(place, value, window);
        corner[0] = window[0];
        corner[1] = window[1];
        corner[m] = window[2];
        corner[m + 1] = window[3];
        sum = sum + ls_unpool(place, value);
    }
    return sum;
}

/* The same for a vector of a tile's outputs, from channel o on. */
static LS_ALWAYS_INLINE void one_of_output(int side, ls_phase phase, bool pools, bool whole,
                                           int part, const ls_square *at,
                                           const ls_winograd_gradients *g, int o, float *dm,
                                           ls_frequencies to)
{
    const int m = ls_tile_of(side);
    ls_vec square[LS_TILE_MAX * LS_TILE_MAX];
    ls_vec sum = pools
                     ? take_pooled(m, whole, part, at, g->dy + o, g->which + o, square)
                     : take(m, whole, part, at, g->dy + o, g->y != NULL ? g->y + o : NULL, square);
    of_output(side, phase, square, dm, to);
    ls_vec_store_some(g->db + o, part, ls_vec_load_some(g->db + o, part) + sum);
}

static LS_ALWAYS_INLINE void ask_for_gradients(int side, ls_phase phase, bool pools,
                                               const ls_conv *conv, ls_tile_place tile,
                                               const ls_winograd_gradients *g, int out)
{
    ls_put_ask(side, phase, pools, conv, tile, g->dy + out, sizeof *g->dy);
    if (pools) {
        ls_put_ask(side, phase, true, conv, tile, g->which + out, sizeof *g->which);
    } else if (g->y != NULL) {
        ls_put_ask(side, phase, false, conv, tile, g->y + out, sizeof *g->y);
    }
}

static LS_ALWAYS_INLINE void all_of_output(int side, ls_phase phase, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const ls_winograd_gradients *g,
                                           int out, float *dm, ls_frequencies to)
{
    int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    ls_tile_place tile = ls_tile_at(s, block.first);
    for (int t = 0; t < block.count; t++, dm += LS_PANEL) {
        const ls_tile_place next = ls_tile_behind(s, tile);
        ls_square at;
        ls_put_square(side, phase, pools, s->conv, tile, &at);
        ask_for_gradients(side, phase, pools, s->conv, next, g, out);
        const bool whole = ls_square_is_whole(&at, ls_tile_of(side) / (pools ? 2 : 1));
        for (int o = 0; o < LS_PANEL; o += LS_VEC) {
            LS_FORGET(to.pitch);
            int part = ls_tile_part(width, o);
            if (whole && part == LS_VEC) {
                one_of_output(side, phase, pools, true, LS_VEC, &at, g, out + o, dm + o, to);
            } else {
                one_of_output(side, phase, pools, false, part, &at, g, out + (part > 0 ? o : 0),
                              dm + o, to);
            }
        }
        tile = next;
    }
}

#define OF_OUTPUT(side, phase, pools)                                                              \
    case KEY(side, phase, pools):                                                                  \
        all_of_output(side, ls_phase_at(phase), pools, s, block, g, out, dm, at);                  \
        break;

void ls_tiles_of_output(const ls_tiling *s, int phase, ls_tile_block block,
                        const ls_winograd_gradients *g, int out, float *dm, ls_frequencies at)
{
    switch (KEY(s->side, phase, g->which != NULL)) {
        EACH_OUTPUT(OF_OUTPUT)
    }
}
