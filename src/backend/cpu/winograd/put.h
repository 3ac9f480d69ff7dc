/* From outputs that are transformed along one axis to where they belong: along the other axis, bias
 * added, rectified or rectified and pooled. Private to winograd. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_PUT_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_PUT_H

#include "lines.h"
#include "pool_four.h"
#include "sums.h"

#include <math.h>

/* Where outputs go, from one channel on. */
typedef struct ls_put {
    const float *bias;
    float least; /* 0 where outputs are rectified, else what no number is below */
    float *y;
    uint8_t *which; /* NULL unless they are pooled */
} ls_put;

static inline ls_put ls_put_at(const ls_conv *s, int out, const float *bias, float *y,
                               uint8_t *which)
{
    return (ls_put){.bias = bias + out,
                    .least = s->rectifies ? 0.0F : -INFINITY,
                    .y = y + out,
                    .which = which != NULL ? which + out : NULL};
}

/* Where a tile's outputs of one phase lie, in y or in the pooled y. */
static LS_ALWAYS_INLINE void ls_put_square(int side, ls_phase phase, bool pools,
                                           const ls_conv *conv, ls_tile_place tile, ls_square *at)
{
    const int smaller = pools ? 2 : 1;
    const int step = ls_phase_step(side);
    tile.line = tile.line * step / smaller + ls_phase_first(side, phase.single_line);
    tile.column = tile.column * step / smaller + ls_phase_first(side, phase.single_column);
    ls_square_set(at, conv->p / smaller, conv->q / smaller, conv->o, tile,
                  ls_tile_of(side) / smaller, step);
}

/* Asks for a panel of each of a tile's outputs or their gradients, numbers of `bytes` bytes, where
 * the tile lies wholly inside: they are far away, and writing them would wait. Measured on a Zen 5
 * with AVX2: a third of the time of to_output in a step. */
static LS_ALWAYS_INLINE void ls_put_ask(int side, ls_phase phase, bool pools, const ls_conv *conv,
                                        ls_tile_place tile, const void *some, int bytes)
{
    const int lines = ls_tile_of(side) / (pools ? 2 : 1);
    ls_square at;
    ls_put_square(side, phase, pools, conv, tile, &at);
    if (!ls_square_is_whole(&at, lines)) {
        return;
    }
    LS_UNROLL
    for (int k = 0; k < lines * lines; k++) {
        const char *place = (const char *)some + ls_square_place(&at, k / lines, k % lines) * bytes;
        for (int line = 0; line < LS_PANEL * bytes; line += LS_LINE_BYTES) {
            __builtin_prefetch(place + line);
        }
    }
}

static LS_ALWAYS_INLINE void ls_put_ask_outputs(int side, ls_phase phase, bool pools,
                                                const ls_conv *conv, ls_tile_place tile,
                                                const ls_put *to)
{
    ls_put_ask(side, phase, pools, conv, tile, to->y, sizeof *to->y);
    if (pools) {
        ls_put_ask(side, phase, true, conv, tile, to->which, sizeof *to->which);
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

/* Line i of the outputs. */
static LS_ALWAYS_INLINE void put_line(int m, bool whole, int part, const ls_square *at, int i,
                                      const ls_vec *out, float least, float *y)
{
    for (int j = 0; j < m; j++) {
        if (whole || ls_square_has(at, i, j)) {
            ls_vec_store_some(y + ls_square_place(at, i, j), part,
                              ls_vec_max(ls_vec_splat(least), out[j]));
        }
    }
}

/* Line i of the pooled outputs, from two lines of outputs: [2, m]. */
static LS_ALWAYS_INLINE void put_pooled(int m, bool whole, int part, const ls_square *at, int i,
                                        const ls_vec *out, float *y, uint8_t *which)
{
    for (int j = 0; j < m / 2; j++) {
        const ls_vec *corner = out + 2 * j;
        const ls_vec window[4] = {corner[0], corner[1], corner[m], corner[m + 1]};
        ls_corners place;
        ls_vec most = ls_pool_four(window, &place);
        if (whole || ls_square_has(at, i, j)) {
            ls_vec_store_some(y + ls_square_place(at, i, j), part, most);
            ls_corners_store_some(which + ls_square_place(at, i, j), part, place);
        }
    }
}

/* One vector of a tile's outputs, from channel o on, of which the first `part` exist. half: [m,
 * side], A^T of the frequencies. whole: all places exist. */
static LS_ALWAYS_INLINE void ls_put_vector(int side, bool pools, bool whole, int part,
                                           const ls_square *at, const ls_vec *half,
                                           const ls_put *to, int o)
{
    const int m = ls_tile_of(side);
    const ls_vec added = ls_vec_load_some(to->bias + o, part);
    for (int i = 0; i < m; i += pools ? 2 : 1) {
        ls_vec out[2 * LS_TILE_MAX];
        line_of_outputs(side, half + side * i, added, out);
        if (pools) {
            line_of_outputs(side, half + side * (i + 1), added, out + m);
            put_pooled(m, whole, part, at, i / 2, out, to->y + o, to->which + o);
        } else {
            put_line(m, whole, part, at, i, out, to->least, to->y + o);
        }
    }
}

#endif
