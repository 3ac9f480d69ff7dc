/* Between frequencies and the m x m outputs of each tile, which do not overlap; or the (m / 2) x
 * (m / 2) that rectifying and pooling leave of them. */
#include "lines.h"
#include "pool_four.h"
#include "tiles.h"

#include <math.h>

/* Where a tile's outputs lie: [m, m] places of y, or [m / 2, m / 2] of the pooled y and `which`. */
typedef struct spots {
    int64_t at[LS_TILE_MAX * LS_TILE_MAX];
} spots;

static LS_ALWAYS_INLINE spots spots_of(int side, ls_phase phase, bool pools, const ls_tiling *s,
                                       int64_t tile)
{
    const ls_conv *conv = s->conv;
    const int half = pools ? 2 : 1;
    const int step = ls_phase_step(side);
    ls_tile_place from = ls_tile_at(s, tile);
    from.line = from.line * step / half + ls_phase_first(side, phase.single_line);
    from.column = from.column * step / half + ls_phase_first(side, phase.single_column);
    spots all;
    ls_tile_offsets(conv->p / half, conv->q / half, conv->o, from, ls_tile_of(side) / half, step,
                    all.at);
    return all;
}

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
            column[i] = ls_frequency_load(from + (side * i + j) * pitch);
        }
        line_to_output(side, column, 1, half + j, side);
    }
    for (int i = 0; columns < side && i < m; i++) {
        half[side * i + side - 1] = ls_vec_splat(0.0F);
    }
}

/* out[m] = half[side] A + bias */
static LS_ALWAYS_INLINE void line_of_outputs(int side, const ls_vec *half, ls_vec bias, ls_vec *out)
{
    const int m = ls_tile_of(side);
    line_to_output(side, half, 1, out, 1);
    for (int j = 0; j < m; j++) {
        out[j] = out[j] + bias;
    }
}

/* at: of the line's places. least: 0 where outputs are rectified, else what no number is below. */
static LS_ALWAYS_INLINE void put_line(int m, int part, const int64_t *at, const ls_vec *out,
                                      float least, float *y)
{
    for (int k = 0; k < m; k++) {
        if (at[k] >= 0) {
            ls_vec_store_some(y + at[k], part, ls_vec_max(ls_vec_splat(least), out[k]));
        }
    }
}

/* Two lines of outputs: [2, m]. at: of their windows. */
static LS_ALWAYS_INLINE void put_pooled(int m, int part, const int64_t *at, const ls_vec *out,
                                        float *y, uint8_t *which)
{
    for (int k = 0; k < m / 2; k++) {
        const ls_vec *corner = out + 2 * k;
        const ls_vec window[4] = {corner[0], corner[1], corner[m], corner[m + 1]};
        ls_vec place;
        ls_vec most = ls_pool_four(window, &place);
        if (at[k] >= 0) {
            ls_vec_store_some(y + at[k], part, most);
            ls_vec_to_some_bytes(which + at[k], part, place);
        }
    }
}

/* One vector of a tile's outputs, from channel o on, of which the first `part` exist. */
static LS_ALWAYS_INLINE void one_to_output(int side, ls_phase phase, bool pools, int part,
                                           const spots *all, const float *from, int64_t pitch,
                                           int o, const float *bias, float least, float *y,
                                           uint8_t *which)
{
    const int m = ls_tile_of(side);
    const ls_vec added = ls_vec_load_some(bias + o, part);
    ls_vec half[LS_TILE_MAX * LS_SIDE_MAX];
    half_to_output(side, phase, from, pitch, half);
    for (int i = 0; i < m; i += pools ? 2 : 1) {
        ls_vec out[2 * LS_TILE_MAX];
        line_of_outputs(side, half + side * i, added, out);
        if (pools) {
            line_of_outputs(side, half + side * (i + 1), added, out + m);
            put_pooled(m, part, all->at + i / 2 * (m / 2), out, y + o, which + o);
        } else {
            put_line(m, part, all->at + m * i, out, least, y + o);
        }
    }
}

static LS_ALWAYS_INLINE void all_to_output(int side, ls_phase phase, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const float *from, int64_t pitch,
                                           int out, const float *bias, float *y, uint8_t *which)
{
    int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    const float least = s->conv->rectifies ? 0.0F : -INFINITY;
    bias += out;
    y += out;
    which = pools ? which + out : NULL;
    for (int t = 0; t < block.count; t++, from += LS_PANEL) {
        const spots all = spots_of(side, phase, pools, s, block.first + t);
        int o = 0;
        for (; o + LS_VEC <= width; o += LS_VEC) {
            one_to_output(side, phase, pools, LS_VEC, &all, from + o, pitch, o, bias, least, y,
                          which);
        }
        if (o < width) {
            one_to_output(side, phase, pools, width - o, &all, from + o, pitch, o, bias, least, y,
                          which);
        }
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
            ls_frequency_store(
                dm + (side * i + j) * at.pitch + ls_phase_rank(side, phase, j) * at.phase, line[j]);
        }
    }
}

/* square: [m, m]; returns the sum of what was taken. y: NULL, or of what is rectified. */
static LS_ALWAYS_INLINE ls_vec take(int m, int part, const spots *all, const float *dy,
                                    const float *y, ls_vec *square)
{
    const ls_vec zero = ls_vec_splat(0.0F);
    ls_vec sum = zero;
    for (int k = 0; k < m * m; k++) {
        square[k] = all->at[k] >= 0 ? ls_vec_load_some(dy + all->at[k], part) : zero;
        if (y != NULL && all->at[k] >= 0) {
            ls_vec reached = ls_vec_load_some(y + all->at[k], part);
            square[k] = ls_vec_pick(ls_vec_above(reached, zero), square[k], zero);
        }
        sum = sum + square[k];
    }
    return sum;
}

static LS_ALWAYS_INLINE ls_vec take_pooled(int m, int part, const spots *all, const float *dy,
                                           const uint8_t *which, ls_vec *square)
{
    const int half = m / 2;
    ls_vec sum = ls_vec_splat(0.0F);
    for (int k = 0; k < half * half; k++) {
        ls_vec *corner = square + 2 * m * (k / half) + 2 * (k % half);
        ls_vec place = ls_vec_splat((float)LS_NO_PLACE);
        ls_vec value = ls_vec_splat(0.0F);
        if (all->at[k] >= 0) {
            value = ls_vec_load_some(dy + all->at[k], part);
            place = ls_vec_of_some_bytes(which + all->at[k], part);
        }
        ls_vec window[4];
        ls_unpool_four(place, value, window);
        corner[0] = window[0];
        corner[1] = window[1];
        corner[m] = window[2];
        corner[m + 1] = window[3];
        sum = sum + (window[0] + window[1] + window[2] + window[3]);
    }
    return sum;
}

/* The same for a vector of a tile's outputs, from channel o on. */
static LS_ALWAYS_INLINE void one_of_output(int side, ls_phase phase, bool pools, int part,
                                           const spots *all, const ls_winograd_gradients *g, int o,
                                           float *dm, ls_frequencies at)
{
    const int m = ls_tile_of(side);
    ls_vec square[LS_TILE_MAX * LS_TILE_MAX];
    ls_vec sum = pools ? take_pooled(m, part, all, g->dy + o, g->which + o, square)
                       : take(m, part, all, g->dy + o, g->y != NULL ? g->y + o : NULL, square);
    of_output(side, phase, square, dm, at);
    ls_vec_store_some(g->db + o, part, ls_vec_load_some(g->db + o, part) + sum);
}

static LS_ALWAYS_INLINE void all_of_output(int side, ls_phase phase, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const ls_winograd_gradients *g,
                                           int out, float *dm, ls_frequencies at)
{
    int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    for (int t = 0; t < block.count; t++, dm += LS_PANEL) {
        const spots all = spots_of(side, phase, pools, s, block.first + t);
        for (int o = 0; o < LS_PANEL; o += LS_VEC) {
            int part = ls_tile_part(width, o);
            if (part == LS_VEC) {
                one_of_output(side, phase, pools, LS_VEC, &all, g, out + o, dm + o, at);
            } else {
                one_of_output(side, phase, pools, part, &all, g, out + (part > 0 ? o : 0), dm + o,
                              at);
            }
        }
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
