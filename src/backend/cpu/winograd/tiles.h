/* The transforms of minimal filtering between images, weights and frequencies. A lane's outputs,
 * those of one phase where there are phases, are cut into tiles of m x m, counted through its
 * images; those at the right and lower edge may reach beyond, where inputs are zero and outputs are
 * dropped. In memory of frequencies, channels come in whole panels. Private to winograd. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_TILES_H

#include "frame.h"
#include "square.h"
#include "winograd.h"

#define LS_TILE_MAX        4
#define LS_FREQUENCIES_MAX (LS_SIDE_MAX * LS_SIDE_MAX)
#define LS_PHASES_MAX      4

/* A form is known by the side of its squares of frequencies, m + taps - 1: 6 is F(4x4, 3x3) and 4
 * F(2x2, 3x3), of convolutions; 5 is F(4x4, 2x2) and 3 F(2x2, 2x2), of the four phases of
 * transposed ones. X(side) for all: */
#define LS_EACH_SIDE(X) X(3) X(4) X(5) X(6)
/* X(side, phase) for all phases of all forms. */
#define LS_EACH_PHASE(X)                                                                           \
    X(3, 0) X(3, 1) X(3, 2) X(3, 3) X(4, 0) X(5, 0) X(5, 1) X(5, 2) X(5, 3) X(6, 0)

static inline bool ls_has_phases(int side)
{
    return side % 2 == 1;
}

static inline int ls_phases(int side)
{
    return ls_has_phases(side) ? LS_PHASES_MAX : 1;
}

/* m */
static inline int ls_tile_of(int side)
{
    return side > 4 ? 4 : 2;
}

/* The places of phase (1, 1) see two lines and columns of weights: 0 and 2, turned, as an output
 * between two inputs does. Those of the others see line or column 1 alone, where `single` is 1: one
 * tap less, and one frequency less, since that of infinity is zero. */
typedef struct ls_phase {
    int single_line, single_column; /* 0 or 1 */
} ls_phase;

static inline ls_phase ls_phase_at(int k)
{
    return (ls_phase){.single_line = k / 2, .single_column = k % 2};
}

/* Along one axis: taps and frequencies, the line of weights behind tap t, and the first of a
 * phase's outputs and the distance to the next. */
static inline int ls_phase_taps(int side, int single)
{
    return side - ls_tile_of(side) + 1 - single;
}

static inline int ls_phase_side(int side, int single)
{
    return side - single;
}

static inline int ls_phase_weight(int side, int single, int t)
{
    return !ls_has_phases(side) ? t : single ? 1 : 2 - 2 * t;
}

static inline int ls_phase_first(int side, int single)
{
    return ls_has_phases(side) ? 1 - single : 0;
}

static inline int ls_phase_step(int side)
{
    return ls_has_phases(side) ? 2 : 1;
}

/* Of the phases that have column j of the frequencies, and any line of them: which one, in turn. */
static inline int ls_phase_rank(int side, ls_phase phase, int j)
{
    return phase.single_line * (j < side - 1 ? 2 : 1) + phase.single_column;
}

typedef struct ls_tiling {
    const ls_conv *conv;
    int side;           /* names the form */
    int lines, columns; /* of tiles in an image */
    int lead;           /* input places above and left of a tile's first output */
    int wide_c, wide_o; /* channels in whole panels */
    float *zeros;       /* [side, wide_c]: a line outside */
} ls_tiling;

/* Some tiles of a lane, one after another. */
typedef struct ls_tile_block {
    int64_t first; /* tile, in the lane */
    int count;     /* tiles */
} ls_tile_block;

/* Floats between frequencies beyond what is needed, so that their streams do not share a cache set.
 */
#define LS_SPREAD 16

/* Where the numbers of a frequency lie: `pitch` floats behind those of the one before, those of its
 * phases `phase` floats apart. */
typedef struct ls_frequencies {
    int64_t pitch, phase;
} ls_frequencies;

/* Weights at the frequencies, panel by panel of what forward or backward makes. Forward:
 * [panels of O, phases, F, C, LS_PANEL]; backward: [panels of C, F, ranks of phases, wide_o,
 * LS_PANEL]. */
static inline ls_frequencies ls_weight_frequencies(const ls_conv *s, int side, bool transposed)
{
    const int phases = ls_phases(side);
    const int64_t rows = transposed ? ls_panels_width(s->o) : s->c;
    if (transposed) {
        return (ls_frequencies){.pitch = phases * rows * LS_PANEL + LS_SPREAD,
                                .phase = rows * LS_PANEL};
    }
    const int64_t pitch = rows * LS_PANEL + LS_SPREAD;
    return (ls_frequencies){.pitch = pitch, .phase = side * side * pitch};
}

#define ls_tiles_of_weights LS_SET(ls_cpu_tiles_of_weights)
#define ls_tiles_to_weights LS_SET(ls_cpu_tiles_to_weights)
#define ls_tiles_of_input   LS_SET(ls_cpu_tiles_of_input)
#define ls_tiles_to_input   LS_SET(ls_cpu_tiles_to_input)
#define ls_tiles_to_output  LS_SET(ls_cpu_tiles_to_output)
#define ls_tiles_of_output  LS_SET(ls_cpu_tiles_of_output)

/* Floats of a panel of weights. */
static inline int64_t ls_weight_panel(const ls_conv *s, int side, bool transposed)
{
    const ls_frequencies at = ls_weight_frequencies(s, side, transposed);
    return transposed || !ls_has_phases(side) ? side * side * at.pitch : LS_PHASES_MAX * at.phase;
}

/* u = G w G^T in all phases, as panels (ls_weight_frequencies). Transposed: of each tap's
 * transpose, zero where there is no output. w: [3,3,C,O], or [C,3,3,O] where there are phases. */
void ls_tiles_of_weights(const ls_conv *s, int side, bool transposed, const float *w, float *u);
/* dw[..., out .. out + LS_PANEL) += G^T du G of one phase. du: [F, C, LS_PANEL] */
void ls_tiles_to_weights(const ls_tiling *s, int phase, int out, const float *du, int64_t pitch,
                         float *dw);
/* v = B^T x B. v: [F, T, wide_c] with `pitch` floats from one frequency to the next */
void ls_tiles_of_input(const ls_tiling *s, ls_tile_block block, const float *x, float *v,
                       int64_t pitch);
/* dx += B dv B^T, where tiles overlap. */
void ls_tiles_to_input(const ls_tiling *s, ls_tile_block block, const float *dv, int64_t pitch,
                       float *dx);
/* One phase of y[..., out .. out + LS_PANEL) = A^T m A + bias, rectified if the convolution says
 * so; with `which` rectified and pooled (pool_four.h), of forms without phases. m: [F, T, LS_PANEL]
 */
void ls_tiles_to_output(const ls_tiling *s, int phase, ls_tile_block block, const float *m,
                        int64_t pitch, int out, const float *bias, float *y, uint8_t *which);
/* One phase of dm[..., out .. out + LS_PANEL) = A dy A^T; db[out ...] += the sum of dy. dy with
 * `which`: of the pooled image; with y: zero where that is not positive.
 * dm: [F, ranks of phases, T, LS_PANEL] */
void ls_tiles_of_output(const ls_tiling *s, int phase, ls_tile_block block,
                        const ls_winograd_gradients *g, int out, float *dm, ls_frequencies at);

static inline ls_tile_place ls_tile_at(const ls_tiling *s, int64_t tile)
{
    const int m = ls_tile_of(s->side);
    int64_t in_image = tile % ((int64_t)s->lines * s->columns);
    return (ls_tile_place){.image = tile / ((int64_t)s->lines * s->columns),
                           .line = (int)(in_image / s->columns) * m,
                           .column = (int)(in_image % s->columns) * m};
}

/* The tile after one, in the next image after an image's last. */
static inline ls_tile_place ls_tile_behind(const ls_tiling *s, ls_tile_place place)
{
    const int m = ls_tile_of(s->side);
    place.column += m;
    if (place.column == m * s->columns) {
        place.column = 0;
        place.line += m;
    }
    if (place.line == m * s->lines) {
        place.line = 0;
        place.image++;
    }
    return place;
}

/* Channels of a vector from c on that exist. */
static inline int ls_tile_part(int channels, int c)
{
    int left = channels - c;
    return left >= LS_VEC ? LS_VEC : left > 0 ? left : 0;
}

#endif
