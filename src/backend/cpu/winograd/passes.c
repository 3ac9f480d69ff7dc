/* Minimal filtering: transforms around one small product for each frequency, phase by phase. */
#include "winograd.h"

#include "tiles.h"

#include <string.h>

/* Tiles of a block: what makes transforms, products and weights share the second-level cache. */
#define BLOCK_TILES 64

static ls_tiling tiling_of(const ls_conv *s, int side)
{
    const int m = ls_tile_of(side);
    const bool has_phases = ls_has_phases(side);
    const int h = has_phases ? s->h : s->p;
    const int w = has_phases ? s->w : s->q;
    return (ls_tiling){.conv = s,
                       .side = side,
                       .lines = (h + m - 1) / m,
                       .columns = (w + m - 1) / m,
                       .lead = has_phases ? 0 : s->pad,
                       .wide_c = ls_panels_width(s->c),
                       .wide_o = ls_panels_width(s->o)};
}

/* Scratch memory, in floats. */
typedef struct layout {
    int64_t v_pitch;   /* from one frequency to the next */
    ls_frequencies m;  /* of backward: [F, ranks of phases, panels, T, LS_PANEL] */
    int64_t m_forward; /* from one frequency to the next: [F, T, LS_PANEL] */
    int64_t du_pitch;
    int64_t du_at, v_at, m_at; /* where they begin, behind zeros */
    int64_t end;
} layout;

static layout layout_of(const ls_tiling *s)
{
    const int64_t m = (int64_t)BLOCK_TILES * s->wide_o;
    const int frequencies = s->side * s->side;
    layout l = {.v_pitch = (int64_t)BLOCK_TILES * s->wide_c + LS_SPREAD,
                .m = {.pitch = ls_phases(s->side) * m + LS_SPREAD, .phase = m},
                .m_forward = (int64_t)BLOCK_TILES * LS_PANEL + LS_SPREAD,
                .du_pitch = (int64_t)s->conv->c * LS_PANEL + LS_SPREAD};
    l.du_at = (int64_t)s->side * s->wide_c;
    l.v_at = l.du_at + s->wide_o / LS_PANEL * ls_phases(s->side) * frequencies * l.du_pitch;
    l.m_at = l.v_at + frequencies * l.v_pitch;
    l.end = l.m_at + frequencies * l.m.pitch;
    return l;
}

int64_t ls_winograd_floats(const ls_conv *s, int side)
{
    ls_tiling tiling = tiling_of(s, side);
    return layout_of(&tiling).end;
}

int64_t ls_winograd_packed(const ls_conv *s, int side, bool backward)
{
    int panels = ls_panels_width(backward ? s->c : s->o) / LS_PANEL;
    return panels * ls_weight_panel(s, side, backward);
}

void ls_winograd_pack(const ls_conv *s, int side, bool backward, const float *w, float *u)
{
    ls_tiles_of_weights(s, side, backward, w, u);
}

/* Gives the tiling its line outside. */
static void bind(ls_tiling *t, const layout *l, float *scratch)
{
    t->zeros = scratch;
    memset(t->zeros, 0, sizeof(float) * (size_t)l->du_at);
}

static ls_tile_block block_at(int64_t first, int64_t tiles)
{
    int64_t left = tiles - first;
    return (ls_tile_block){.first = first, .count = left < BLOCK_TILES ? (int)left : BLOCK_TILES};
}

/* Does a phase have frequency f? */
static bool has_frequency(int side, ls_phase phase, int f)
{
    return f / side < ls_phase_side(side, phase.single_line) &&
           f % side < ls_phase_side(side, phase.single_column);
}

/* m = v U of one phase and one panel of outputs. u: of that panel */
static void multiply(const ls_tiling *t, const layout *l, int phase, ls_tile_block block,
                     const float *u, const float *v, float *m)
{
    const ls_frequencies at = ls_weight_frequencies(t->conv, t->side, false);
    const ls_runs channels = {.runs = 1, .length = t->conv->c};
    for (int f = 0; f < t->side * t->side; f++) {
        if (has_frequency(t->side, ls_phase_at(phase), f)) {
            const ls_row_run rows = {.x = v + f * l->v_pitch,
                                     .y = m + f * l->m_forward,
                                     .x_pitch = t->wide_c,
                                     .y_pitch = LS_PANEL};
            ls_product_rows(block.count, &channels, rows, u + phase * at.phase + f * at.pitch,
                            NULL);
        }
    }
}

void ls_winograd_forward(const ls_conv *s, int side, int n, const float *x, const float *u,
                         const float *b, float *y, uint8_t *which, float *scratch)
{
    ls_tiling t = tiling_of(s, side);
    const layout l = layout_of(&t);
    bind(&t, &l, scratch);
    float *v = scratch + l.v_at; /* [F, T, wide C] */
    float *m = scratch + l.m_at;
    int64_t tiles = (int64_t)n * t.lines * t.columns;
    int64_t panel = ls_weight_panel(s, side, false);
    for (int64_t first = 0; first < tiles; first += BLOCK_TILES) {
        ls_tile_block block = block_at(first, tiles);
        ls_tiles_of_input(&t, block, x, v, l.v_pitch);
        for (int o = 0; o < s->o; o += LS_PANEL) {
            for (int phase = 0; phase < ls_phases(side); phase++) {
                multiply(&t, &l, phase, block, u + o / LS_PANEL * panel, v, m);
                ls_tiles_to_output(&t, phase, block, m, l.m_forward, o, b, y, which);
            }
        }
    }
}

/* du[c][0..LS_PANEL) = sum_t v[t][c] m[t][0..LS_PANEL) in the first block, += in the others; of one
 * phase and one panel of outputs. */
static void multiply_weights(const ls_tiling *t, const layout *l, int phase, ls_tile_block block,
                             const float *v, const float *m, float *du)
{
    const int side = t->side;
    const ls_phase now = ls_phase_at(phase);
    const ls_places places = {.images = 1,
                              .lines = 1,
                              .columns = block.count,
                              .a_column = t->wide_c,
                              .b_column = LS_PANEL};
    for (int f = 0; f < side * side; f++) {
        if (has_frequency(side, now, f)) {
            const float *of_phase =
                m + f * l->m.pitch + ls_phase_rank(side, now, f % side) * l->m.phase;
            const ls_sums sums = {
                .to = du + f * l->du_pitch, .pitch = LS_PANEL, .add = block.first > 0};
            ls_outer(t->conv->c, &places, v + f * l->v_pitch, of_phase, sums);
        }
    }
}

/* One block's part of du, and of dw once it is the last; m is left for the inputs' gradient. */
static void backward_weights(const ls_tiling *t, const layout *l, ls_tile_block block, bool is_last,
                             const ls_winograd_gradients *g, float *scratch)
{
    const int64_t each = t->side * t->side * l->du_pitch;
    bool is_only = is_last && block.first == 0; /* then all share the memory of the first */
    float *du = scratch + l->du_at;
    for (int o = 0; o < t->conv->o; o += LS_PANEL) {
        float *m = scratch + l->m_at + (int64_t)o * BLOCK_TILES;
        for (int phase = 0; phase < ls_phases(t->side); phase++, du += is_only ? 0 : each) {
            ls_tiles_of_output(t, phase, block, g, o, m, l->m);
            multiply_weights(t, l, phase, block, scratch + l->v_at, m, du);
            if (is_last) {
                ls_tiles_to_weights(t, phase, o, du, l->du_pitch, g->dw);
            }
        }
    }
}

/* Phases that have frequency f. */
static int phases_of(const ls_tiling *t, int f)
{
    const int last = t->side - 1;
    return ls_phases(t->side) == 1 ? 1
                                   : (f / t->side < last ? 2 : 1) * (f % t->side < last ? 2 : 1);
}

/* dv = dm U^T, in the place of v, and dx from it. */
static void backward_input(const ls_tiling *t, const layout *l, ls_tile_block block,
                           const float *ut, float *scratch, float *dx)
{
    const ls_conv *s = t->conv;
    const ls_frequencies at = ls_weight_frequencies(s, t->side, true);
    const int64_t panel = ls_weight_panel(s, t->side, true);
    for (int f = 0; f < t->side * t->side; f++) {
        const ls_runs channels = {.runs = phases_of(t, f) * (t->wide_o / LS_PANEL),
                                  .length = LS_PANEL,
                                  .pitch = (int64_t)BLOCK_TILES * LS_PANEL};
        for (int c = 0; c < s->c; c += LS_PANEL) {
            const ls_row_run rows = {.x = scratch + l->m_at + f * l->m.pitch,
                                     .y = scratch + l->v_at + f * l->v_pitch + c,
                                     .x_pitch = LS_PANEL,
                                     .y_pitch = t->wide_c};
            ls_product_rows(block.count, &channels, rows, ut + c / LS_PANEL * panel + f * at.pitch,
                            NULL);
        }
    }
    ls_tiles_to_input(t, block, scratch + l->v_at, l->v_pitch, dx);
}

void ls_winograd_backward(const ls_conv *s, int side, int n, const float *x, const float *ut,
                          const ls_winograd_gradients *g, float *scratch)
{
    ls_tiling t = tiling_of(s, side);
    const layout l = layout_of(&t);
    bind(&t, &l, scratch);
    int64_t tiles = (int64_t)n * t.lines * t.columns;
    if (g->dx != NULL) {
        memset(g->dx, 0, sizeof *g->dx * (size_t)n * (size_t)s->h * (size_t)s->w * (size_t)s->c);
    }
    for (int64_t first = 0; first < tiles; first += BLOCK_TILES) {
        ls_tile_block block = block_at(first, tiles);
        bool is_last = first + block.count == tiles;
        ls_tiles_of_input(&t, block, x, scratch + l.v_at, l.v_pitch);
        backward_weights(&t, &l, block, is_last, g, scratch);
        if (g->dx != NULL) {
            backward_input(&t, &l, block, ut, scratch, g->dx);
        }
    }
}
