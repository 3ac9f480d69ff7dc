/* Convolution by F(m x m, 3 x 3): transforms around one small product for each frequency. */
#include "winograd.h"

#include "winograd_tiles.h"

#include <string.h>

/* Tiles of a block: what makes transforms, products and weights share the second-level cache. */
#define BLOCK_TILES 64

/* Fewer channels than these leave more to the transforms than the products save; images of fewer
 * places than a tile of four waste most of it. Measured: docs/performance.md. */
#define LEAST_CHANNELS 16
#define LEAST_SIDE     4

int ls_winograd_tile(const ls_conv *s)
{
    if (s->kernel != 3 || s->stride != 1 || s->form == LS_CONV_DIRECT) {
        return 0;
    }
    if (s->form == LS_CONV_WINOGRAD2) {
        return 2;
    }
    bool pays = s->c >= LEAST_CHANNELS && s->o >= LEAST_CHANNELS && s->p >= LEAST_SIDE &&
                s->q >= LEAST_SIDE;
    return s->form == LS_CONV_WINOGRAD4 || pays ? 4 : 0;
}

static ls_tiling tiling_of(const ls_conv *s)
{
    int m = ls_winograd_tile(s);
    return (ls_tiling){.conv = s,
                       .tile = m,
                       .frequencies = (m + 2) * (m + 2),
                       .lines = (s->p + m - 1) / m,
                       .columns = (s->q + m - 1) / m,
                       .wide_c = ls_panels_width(s->c),
                       .wide_o = ls_panels_width(s->o)};
}

/* Scratch memory, in floats. */
typedef struct layout {
    int64_t v_pitch, m_pitch; /* from one frequency to the next */
    int64_t zeros, dump, du, v, m;
    int64_t end;
} layout;

static layout layout_of(const ls_tiling *s)
{
    int64_t wide = s->wide_c > s->wide_o ? s->wide_c : s->wide_o;
    layout l = {.v_pitch = (int64_t)BLOCK_TILES * s->wide_c + LS_SPREAD,
                .m_pitch = (int64_t)BLOCK_TILES * s->wide_o + LS_SPREAD};
    l.dump = l.zeros + wide;
    l.du = l.dump + wide;
    l.v = l.du + s->wide_o / LS_PANEL * s->frequencies * ls_weight_pitch(s->conv->c);
    l.m = l.v + s->frequencies * l.v_pitch;
    l.end = l.m + s->frequencies * l.m_pitch;
    return l;
}

int64_t ls_winograd_floats(const ls_conv *s)
{
    ls_tiling tiling = tiling_of(s);
    return layout_of(&tiling).end;
}

int64_t ls_winograd_packed(const ls_conv *s, bool backward)
{
    ls_tiling t = tiling_of(s);
    int panels = (backward ? t.wide_c : t.wide_o) / LS_PANEL;
    return panels * t.frequencies * ls_weight_pitch(ls_weight_rows(s, backward));
}

void ls_winograd_pack(const ls_conv *s, bool backward, const float *w, float *u)
{
    ls_tiles_of_weights(s, ls_winograd_tile(s), backward, w, u);
}

/* Gives the tiling its memory for places outside. */
static void bind(ls_tiling *t, const layout *l, float *scratch)
{
    t->zeros = scratch + l->zeros;
    t->dump = scratch + l->dump;
    memset(t->zeros, 0, sizeof(float) * (size_t)(l->du - l->zeros));
}

static ls_tile_block block_at(int64_t first, int64_t tiles)
{
    int64_t left = tiles - first;
    return (ls_tile_block){.first = first, .count = left < BLOCK_TILES ? (int)left : BLOCK_TILES};
}

void ls_winograd_forward(const ls_conv *s, int n, const float *x, const float *u, const float *b,
                         float *y, uint8_t *which, float *scratch)
{
    ls_tiling t = tiling_of(s);
    const layout l = layout_of(&t);
    bind(&t, &l, scratch);
    float *v = scratch + l.v; /* [F, T, wide C] */
    float *m = scratch + l.m; /* [F, T, LS_PANEL] */
    int64_t tiles = (int64_t)n * t.lines * t.columns;
    int64_t panel = ls_weight_pitch(s->c);
    int64_t pitch = (int64_t)BLOCK_TILES * LS_PANEL + LS_SPREAD;
    const ls_runs channels = {.runs = 1, .length = s->c};
    for (int64_t first = 0; first < tiles; first += BLOCK_TILES) {
        ls_tile_block block = block_at(first, tiles);
        ls_tiles_of_input(&t, block, x, v, l.v_pitch);
        for (int o = 0; o < s->o; o += LS_PANEL) {
            const float *weights = u + o / LS_PANEL * t.frequencies * panel;
            for (int f = 0; f < t.frequencies; f++) {
                const ls_row_run at = {.x = v + f * l.v_pitch,
                                       .y = m + f * pitch,
                                       .x_pitch = t.wide_c,
                                       .y_pitch = LS_PANEL};
                ls_product_rows(block.count, &channels, at, weights + f * panel, NULL);
            }
            ls_tiles_to_output(&t, block, m, pitch, o, b, y, which);
        }
    }
}

/* du[c][0..LS_PANEL) = sum_t v[t][c] m[t][0..LS_PANEL) in the first block, += in the others */
static void multiply_weights(const ls_tiling *s, ls_tile_block block, const float *v,
                             const float *m, float *du)
{
    const ls_places places = {.images = 1,
                              .lines = 1,
                              .columns = block.count,
                              .a_column = s->wide_c,
                              .b_column = LS_PANEL};
    ls_outer(s->conv->c, &places, v, m,
             (ls_sums){.to = du, .pitch = LS_PANEL, .add = block.first > 0});
}

/* One block's part of du, and of dw once it is the last; m is left for the inputs' gradient. */
static void backward_weights(const ls_tiling *t, const layout *l, ls_tile_block block, bool is_last,
                             const float *dy, const uint8_t *which, float *dw, float *db,
                             float *scratch)
{
    const ls_conv *s = t->conv;
    int64_t pitch = ls_weight_pitch(s->c);
    bool is_only = is_last && block.first == 0; /* then all outputs share the memory of the first */
    for (int o = 0; o < s->o; o += LS_PANEL) {
        float *m = scratch + l->m + (int64_t)o * BLOCK_TILES;
        float *du = scratch + l->du + (is_only ? 0 : o / LS_PANEL * t->frequencies * pitch);
        ls_tiles_of_output(t, block, dy, which, o, m, l->m_pitch, db);
        for (int f = 0; f < t->frequencies; f++) {
            multiply_weights(t, block, scratch + l->v + f * l->v_pitch, m + f * l->m_pitch,
                             du + f * pitch);
        }
        if (is_last) {
            ls_tiles_to_weights(t, o, du, dw);
        }
    }
}

/* dv = dm U^T, in the place of v, and dx from it. */
static void backward_input(const ls_tiling *t, const layout *l, ls_tile_block block,
                           const float *ut, float *scratch, float *dx)
{
    const ls_conv *s = t->conv;
    int64_t pitch = ls_weight_pitch(t->wide_o);
    const ls_runs channels = {
        .runs = t->wide_o / LS_PANEL, .length = LS_PANEL, .pitch = (int64_t)BLOCK_TILES * LS_PANEL};
    for (int f = 0; f < t->frequencies; f++) {
        for (int c = 0; c < s->c; c += LS_PANEL) {
            const ls_row_run at = {.x = scratch + l->m + f * l->m_pitch,
                                   .y = scratch + l->v + f * l->v_pitch + c,
                                   .x_pitch = LS_PANEL,
                                   .y_pitch = t->wide_c};
            const float *weights = ut + ((int64_t)c / LS_PANEL * t->frequencies + f) * pitch;
            ls_product_rows(block.count, &channels, at, weights, NULL);
        }
    }
    ls_tiles_to_input(t, block, scratch + l->v, l->v_pitch, dx);
}

void ls_winograd_backward(const ls_conv *s, int n, const float *x, const float *ut, const float *dy,
                          const uint8_t *which, float *dx, float *dw, float *db, float *scratch)
{
    ls_tiling t = tiling_of(s);
    const layout l = layout_of(&t);
    bind(&t, &l, scratch);
    int64_t tiles = (int64_t)n * t.lines * t.columns;
    if (dx != NULL) {
        memset(dx, 0, sizeof *dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    }
    for (int64_t first = 0; first < tiles; first += BLOCK_TILES) {
        ls_tile_block block = block_at(first, tiles);
        bool is_last = first + block.count == tiles;
        ls_tiles_of_input(&t, block, x, scratch + l.v, l.v_pitch);
        backward_weights(&t, &l, block, is_last, dy, which, dw, db, scratch);
        if (dx != NULL) {
            backward_input(&t, &l, block, ut, scratch, dx);
        }
    }
}
