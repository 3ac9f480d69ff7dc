/* The transforms of F(m x m, 3 x 3) between images, weights and frequencies. A lane's outputs are
 * cut into tiles of m x m, counted through its images; those at the right and lower edge may reach
 * beyond, where inputs are zero and outputs are dropped. In memory of frequencies, channels come in
 * whole panels. Private to winograd. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H

#include "frame.h"

#define LS_TILE_MAX        4
#define LS_SIDE_MAX        (LS_TILE_MAX + 2)
#define LS_FREQUENCIES_MAX (LS_SIDE_MAX * LS_SIDE_MAX)

typedef struct ls_tiling {
    const ls_conv *conv;
    int tile;           /* m: 2 or 4 */
    int frequencies;    /* (m + 2)^2 */
    int lines, columns; /* of tiles in an image */
    int wide_c, wide_o; /* channels in whole panels */
    float *zeros;       /* [the wider of both], for places outside */
    float *dump;        /* likewise, for what is dropped */
} ls_tiling;

/* Some tiles of a lane, one after another. */
typedef struct ls_tile_block {
    int64_t first; /* tile, in the lane */
    int count;     /* tiles */
} ls_tile_block;

/* Floats between frequencies beyond what is needed, so that their streams do not share a cache set.
 */
#define LS_SPREAD 16

/* Weights and their gradients at the frequencies: rows of a panel, and floats from one frequency to
 * the next. */
static inline int ls_weight_rows(const ls_conv *s, bool transposed)
{
    return transposed ? ls_panels_width(s->o) : s->c;
}

static inline int64_t ls_weight_pitch(int rows)
{
    return (int64_t)rows * LS_PANEL + LS_SPREAD;
}

#define ls_tiles_of_weights LS_SET(ls_cpu_tiles_of_weights)
#define ls_tiles_to_weights LS_SET(ls_cpu_tiles_to_weights)
#define ls_tiles_of_input   LS_SET(ls_cpu_tiles_of_input)
#define ls_tiles_to_input   LS_SET(ls_cpu_tiles_to_input)
#define ls_tiles_to_output  LS_SET(ls_cpu_tiles_to_output)
#define ls_tiles_of_output  LS_SET(ls_cpu_tiles_of_output)

/* u = G w G^T as panels: [wide_o / LS_PANEL, F, C, LS_PANEL]; transposed: of each tap's transpose,
 * [wide_c / LS_PANEL, F, wide_o, LS_PANEL], zero where there is no output. w: [3,3,C,O] */
void ls_tiles_of_weights(const ls_conv *s, int m, bool transposed, const float *w, float *u);
/* dw[..., out .. out + LS_PANEL) += G^T du G. du: [F, C, LS_PANEL], ls_weight_pitch */
void ls_tiles_to_weights(const ls_tiling *s, int out, const float *du, float *dw);
/* v = B^T x B. v: [F, T, wide_c] with `pitch` floats from one frequency to the next */
void ls_tiles_of_input(const ls_tiling *s, ls_tile_block block, const float *x, float *v,
                       int64_t pitch);
/* dx += B dv B^T, where tiles overlap. */
void ls_tiles_to_input(const ls_tiling *s, ls_tile_block block, const float *dv, int64_t pitch,
                       float *dx);
/* y[..., out .. out + LS_PANEL) = A^T m A + bias; with `which` rectified and pooled (pool_four.h).
 * m: [F, T, LS_PANEL] */
void ls_tiles_to_output(const ls_tiling *s, ls_tile_block block, const float *m, int64_t pitch,
                        int out, const float *bias, float *y, uint8_t *which);
/* dm[..., out .. out + LS_PANEL) = A dy A^T; db[out ...] += the sum of dy. dy with `which`: of the
 * pooled image. dm: [F, T, LS_PANEL] */
void ls_tiles_of_output(const ls_tiling *s, ls_tile_block block, const float *dy,
                        const uint8_t *which, int out, float *dm, int64_t pitch, float *db);

/* Where a tile lies: its image, and the first place of its outputs. */
typedef struct ls_tile_place {
    int64_t image;
    int line, column;
} ls_tile_place;

static inline ls_tile_place ls_tile_at(const ls_tiling *s, int64_t tile)
{
    int64_t in_image = tile % ((int64_t)s->lines * s->columns);
    return (ls_tile_place){.image = tile / ((int64_t)s->lines * s->columns),
                           .line = (int)(in_image / s->columns) * s->tile,
                           .column = (int)(in_image % s->columns) * s->tile};
}

/* Where the places of a square of side x side begin in images [h,w,c], in floats from the first
 * image on; -1 outside. */
static inline void ls_tile_offsets(int h, int w, int c, ls_tile_place from, int side, int64_t *at)
{
    int64_t image = from.image * h * w;
    for (int k = 0; k < side * side; k++) {
        int line = from.line + k / side;
        int column = from.column + k % side;
        bool inside = line >= 0 && line < h && column >= 0 && column < w;
        at[k] = inside ? (image + (int64_t)line * w + column) * c : -1;
    }
}

/* A tile's frequencies are more streams than the hardware follows: each asks for what comes next.
 * Measured on a Zen 5: 4 % of a training step. */
#define LS_FREQUENCY_AHEAD (8 * LS_VEC)

static LS_ALWAYS_INLINE ls_vec ls_frequency_load(const float *from)
{
    __builtin_prefetch(from + LS_FREQUENCY_AHEAD);
    return ls_vec_load(from);
}

static LS_ALWAYS_INLINE void ls_frequency_store(float *to, ls_vec v)
{
    __builtin_prefetch(to + LS_FREQUENCY_AHEAD, 1);
    ls_vec_store(to, v);
}

/* Channels of a vector from c on that exist. */
static inline int ls_tile_part(int channels, int c)
{
    int left = channels - c;
    return left >= LS_VEC ? LS_VEC : left > 0 ? left : 0;
}

#endif
