/* The gradients of a dense layer's weights, summed over lanes: a tile of them at a time, from all
 * lanes, while its totals are in the nearest cache. A lane's sums of a tile go from registers to
 * fixed point; nobody writes them as float32. Measured on a Zen 5 for four lanes of 16 x 2048 x 128
 * and 16 x 128 x 2048, beside sums in memory that become fixed point afterwards: 180 and 185 us
 * beside 290 and 380 with AVX-512, 355 and 370 beside 650 and 740 with AVX2. */
#include "fixed.h"
#include "product.h"

#include <string.h>

/* A place among the weights: rows [first, first + rows), columns [out, out + LS_PANEL). */
typedef struct tile {
    int first, rows, out;
} tile;

/* What a tile's rows read of a lane: the inputs, or for the biases ones. */
static ls_places places_of(const ls_dense_sum *s, const ls_lane_rows *lane, tile t, const float **a)
{
    static const float one = 1.0F;
    const bool is_bias = t.first == s->in;
    *a = is_bias ? &one : lane->x + t.first;
    return (ls_places){.images = 1,
                       .lines = 1,
                       .columns = lane->n,
                       .a_column = is_bias ? 0 : s->x_pitch,
                       .b_column = s->dy_pitch};
}

/* --- as float32 ------------------------------------------------------------------------------- */

static void add_tile(const ls_dense_sum *s, tile t, float *g)
{
    for (int k = 0; k < s->lanes; k++) {
        const float *a;
        const ls_places places = places_of(s, &s->lane[k], t, &a);
        ls_outer(t.rows, &places, a, s->lane[k].dy + t.out,
                 (ls_sums){.to = g, .pitch = s->out, .add = true});
    }
}

/* --- as fixed point --------------------------------------------------------------------------- */

/* Straight from registers. The next panel is asked for: a wide layer's dy is far away. */
static LS_ALWAYS_INLINE void take_direct(int rows, const ls_places *places, const float *a,
                                         const float *b, int64_t *total)
{
    ls_vec sums[LS_OUTER_ROWS][2];
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = ls_vec_splat(0.0F);
        sums[r][1] = ls_vec_splat(0.0F);
    }
    ls_outer_line(rows, places->columns, a, places->a_column, b, places->b_column, LS_PANEL, sums);
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_fixed_add_vector(sums[r][0], total + r * LS_PANEL);
        ls_fixed_add_vector(sums[r][1], total + r * LS_PANEL + LS_VEC);
    }
}

#define TAKE_DIRECT(count)                                                                         \
    case count:                                                                                    \
        take_direct(count, places, a, b, total);                                                   \
        return;

static void take_lane(int rows, const ls_places *places, const float *a, const float *b,
                      int64_t *total)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_OUTER_ROWS)(TAKE_DIRECT)
    }
}

/* By way of float32 in memory: any magnitude below 2^19. */
static void take_large(int rows, const ls_places *places, const float *a, const float *b,
                       int64_t *total)
{
    float sums[LS_OUTER_ROWS * LS_PANEL] = {0.0F}; /* what linters can't see: ls_outer assigns */
    ls_outer(rows, places, a, b, (ls_sums){.to = sums, .pitch = LS_PANEL});
    LS_SET(ls_cpu_fixed_add)((int64_t)rows * LS_PANEL, 0x1p19F, false, sums, total);
}

/* What the tile's sums begin with, less what rounding will add. */
static void begin_totals(tile t, const ls_lane_sums *to, int64_t pitch, uint64_t excess,
                         int64_t *total)
{
    for (int i = 0; i < LS_OUTER_ROWS * LS_PANEL; i++) {
        total[i] = (int64_t)(0 - excess);
    }
    for (int i = 0; !to->first && i < t.rows * LS_PANEL; i++) {
        uint64_t before = (uint64_t)to->total[i / LS_PANEL * pitch + i % LS_PANEL];
        total[i] = (int64_t)(before - excess);
    }
}

static void end_totals(tile t, const int64_t *total, int64_t pitch, const ls_lane_sums *to)
{
    float sums[LS_OUTER_ROWS * LS_PANEL];
    if (to->g != NULL) {
        LS_SET(ls_cpu_fixed_to_float)((int64_t)t.rows * LS_PANEL, total, sums);
    }
    for (int r = 0; r < t.rows; r++) {
        if (to->g != NULL) {
            memcpy(to->g + r * pitch, sums + r * LS_PANEL, sizeof(float) * LS_PANEL);
        } else {
            memcpy(to->total + r * pitch, total + r * LS_PANEL, sizeof *total * LS_PANEL);
        }
    }
}

/* Sums come from far away too: they are asked for before there is anything to write. */
static void ask_for_sums(tile t, int64_t pitch, const ls_lane_sums *to)
{
    for (int r = 0; to->g != NULL && r < t.rows; r++) {
        for (int o = 0; o < LS_PANEL; o += LS_LINE_FLOATS) {
            __builtin_prefetch(to->g + r * pitch + o, 1);
        }
    }
}

static void take_tile(const ls_dense_sum *s, tile t, const ls_lane_sums *to)
{
    _Alignas(64) int64_t total[LS_OUTER_ROWS * LS_PANEL];
    ask_for_sums(t, s->out, to);
    const bool direct = s->bound < LS_FIXED_DIRECT;
    begin_totals(t, to, s->out, direct ? LS_FIXED_EXCESS * (uint64_t)s->lanes : 0, total);
    for (int k = 0; k < s->lanes; k++) {
        const float *a;
        const ls_places places = places_of(s, &s->lane[k], t, &a);
        (direct ? take_lane : take_large)(t.rows, &places, a, s->lane[k].dy + t.out, total);
    }
    end_totals(t, total, s->out, to);
}

/* --- all tiles -------------------------------------------------------------------------------- */

static void sum_tile(const ls_dense_sum *s, tile t, const ls_lane_sums *all)
{
    const int64_t at = (int64_t)(t.first - s->first) * s->out + t.out;
    const ls_lane_sums to = {.first = all->first,
                             .total = all->total != NULL ? all->total + at : NULL,
                             .g = all->g != NULL ? all->g + at : NULL};
    if (all->exact) {
        take_tile(s, t, &to);
    } else {
        add_tile(s, t, to.g);
    }
}

/* Columns whose dy of sixteen lanes stays in the second cache while rows go by. Sums are far away:
 * along a row they are met one after another. */
#define COLUMNS 512

/* Rows [first, end). */
static void sum_rows(const ls_dense_sum *s, int first, int end, const ls_lane_sums *to)
{
    for (int left = 0; left < s->out; left += COLUMNS) {
        const int right = s->out - left < COLUMNS ? s->out : left + COLUMNS;
        for (int r = first; r < end; r += LS_OUTER_ROWS) {
            const int rows = end - r < LS_OUTER_ROWS ? end - r : LS_OUTER_ROWS;
            for (int o = left; o < right; o += LS_PANEL) {
                sum_tile(s, (tile){r, rows, o}, to);
            }
        }
    }
}

/* A panel reads whole vectors: it can't where a row of dy ends within one. */
bool LS_SET(ls_cpu_dense_sums)(int out)
{
    return out % LS_PANEL == 0;
}

void LS_SET(ls_cpu_dense_sum)(const ls_dense_sum *s, const ls_lane_sums *to)
{
    const int end = s->first + s->rows;
    const int weights_end = end < s->in ? end : s->in;
    sum_rows(s, s->first, weights_end, to);
    sum_rows(s, weights_end, end, to); /* the biases */
}
