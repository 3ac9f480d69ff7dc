/* Between frequencies and the m x m outputs of each tile, which do not overlap; or the (m / 2) x
 * (m / 2) that rectifying and pooling leave of them. */
#include "pool_four.h"
#include "winograd_lines.h"
#include "winograd_tiles.h"

/* Where a tile's outputs lie: [m, m] places of y, or [m / 2, m / 2] of the pooled y and `which`. */
typedef struct spots {
    int64_t at[LS_TILE_MAX * LS_TILE_MAX];
} spots;

static LS_ALWAYS_INLINE spots spots_of(int m, bool pools, const ls_tiling *s, int64_t tile)
{
    const ls_conv *conv = s->conv;
    const int half = pools ? 2 : 1;
    ls_tile_place from = ls_tile_at(s, tile);
    from.line /= half;
    from.column /= half;
    spots all;
    ls_tile_offsets(conv->p / half, conv->q / half, conv->o, from, m / half, all.at);
    return all;
}

/* --- forward ---------------------------------------------------------------------------------- */

/* out[m * m] = A^T square A + bias */
static LS_ALWAYS_INLINE void to_output(int m, const float *from, int64_t pitch, ls_vec bias,
                                       ls_vec *out)
{
    const int side = m + 2;
    ls_vec half[LS_TILE_MAX * LS_SIDE_MAX]; /* [m, side] */
    for (int j = 0; j < side; j++) {
        ls_vec column[LS_SIDE_MAX];
        for (int i = 0; i < side; i++) {
            column[i] = ls_frequency_load(from + (side * i + j) * pitch);
        }
        line_to_output(m, column, 1, half + j, side);
    }
    for (int i = 0; i < m; i++) {
        line_to_output(m, half + side * i, 1, out + m * i, 1);
        for (int j = 0; j < m; j++) {
            out[m * i + j] = out[m * i + j] + bias;
        }
    }
}

static LS_ALWAYS_INLINE void put(int m, int part, const spots *all, const ls_vec *out, float *y)
{
    for (int k = 0; k < m * m; k++) {
        if (all->at[k] >= 0) {
            ls_vec_store_some(y + all->at[k], part, out[k]);
        }
    }
}

static LS_ALWAYS_INLINE void put_pooled(int m, int part, const spots *all, const ls_vec *out,
                                        float *y, uint8_t *which)
{
    const int half = m / 2;
    for (int k = 0; k < half * half; k++) {
        const ls_vec *corner = out + 2 * m * (k / half) + 2 * (k % half);
        const ls_vec window[4] = {corner[0], corner[1], corner[m], corner[m + 1]};
        ls_vec place;
        ls_vec most = ls_pool_four(window, &place);
        if (all->at[k] >= 0) {
            ls_vec_store_some(y + all->at[k], part, most);
            ls_vec_to_some_bytes(which + all->at[k], part, place);
        }
    }
}

static LS_ALWAYS_INLINE void all_to_output(int m, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const float *from, int64_t pitch,
                                           int out, const float *bias, float *y, uint8_t *which)
{
    int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    for (int t = 0; t < block.count; t++, from += LS_PANEL) {
        const spots all = spots_of(m, pools, s, block.first + t);
        for (int o = 0; o < width; o += LS_VEC) {
            int part = ls_tile_part(width, o);
            ls_vec square[LS_TILE_MAX * LS_TILE_MAX];
            to_output(m, from + o, pitch, ls_vec_load_some(bias + out + o, part), square);
            if (pools) {
                put_pooled(m, part, &all, square, y + out + o, which + out + o);
            } else {
                put(m, part, &all, square, y + out + o);
            }
        }
    }
}

void ls_tiles_to_output(const ls_tiling *s, ls_tile_block block, const float *m, int64_t pitch,
                        int out, const float *bias, float *y, uint8_t *which)
{
    if (s->tile == 4 && which != NULL) {
        all_to_output(4, true, s, block, m, pitch, out, bias, y, which);
    } else if (s->tile == 4) {
        all_to_output(4, false, s, block, m, pitch, out, bias, y, NULL);
    } else if (which != NULL) {
        all_to_output(2, true, s, block, m, pitch, out, bias, y, which);
    } else {
        all_to_output(2, false, s, block, m, pitch, out, bias, y, NULL);
    }
}

/* --- backward --------------------------------------------------------------------------------- */

/* dm = A square A^T. square: [m, m] */
static LS_ALWAYS_INLINE void of_output(int m, const ls_vec *square, float *dm, int64_t pitch)
{
    const int side = m + 2;
    ls_vec half[LS_TILE_MAX * LS_SIDE_MAX]; /* [side, m] */
    for (int j = 0; j < m; j++) {
        line_of_output(m, square + j, m, half + j, m);
    }
    for (int i = 0; i < side; i++) {
        ls_vec line[LS_SIDE_MAX];
        line_of_output(m, half + m * i, 1, line, 1);
        for (int j = 0; j < side; j++) {
            ls_frequency_store(dm + (side * i + j) * pitch, line[j]);
        }
    }
}

/* square: [m, m]; returns the sum of what was taken. */
static LS_ALWAYS_INLINE ls_vec take(int m, int part, const spots *all, const float *dy,
                                    ls_vec *square)
{
    ls_vec sum = ls_vec_splat(0.0F);
    for (int k = 0; k < m * m; k++) {
        square[k] = all->at[k] >= 0 ? ls_vec_load_some(dy + all->at[k], part) : ls_vec_splat(0.0F);
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

static LS_ALWAYS_INLINE void all_of_output(int m, bool pools, const ls_tiling *s,
                                           ls_tile_block block, const float *dy,
                                           const uint8_t *which, int out, float *dm, int64_t pitch,
                                           float *db)
{
    int width = s->conv->o - out < LS_PANEL ? s->conv->o - out : LS_PANEL;
    for (int t = 0; t < block.count; t++, dm += LS_PANEL) {
        const spots all = spots_of(m, pools, s, block.first + t);
        for (int o = 0; o < LS_PANEL; o += LS_VEC) {
            int part = ls_tile_part(width, o);
            ls_vec square[LS_TILE_MAX * LS_TILE_MAX];
            int from = out + (part > 0 ? o : 0);
            ls_vec sum = pools ? take_pooled(m, part, &all, dy + from, which + from, square)
                               : take(m, part, &all, dy + from, square);
            of_output(m, square, dm + o, pitch);
            ls_vec_store_some(db + from, part, ls_vec_load_some(db + from, part) + sum);
        }
    }
}

void ls_tiles_of_output(const ls_tiling *s, ls_tile_block block, const float *dy,
                        const uint8_t *which, int out, float *dm, int64_t pitch, float *db)
{
    if (s->tile == 4 && which != NULL) {
        all_of_output(4, true, s, block, dy, which, out, dm, pitch, db);
    } else if (s->tile == 4) {
        all_of_output(4, false, s, block, dy, NULL, out, dm, pitch, db);
    } else if (which != NULL) {
        all_of_output(2, true, s, block, dy, which, out, dm, pitch, db);
    } else {
        all_of_output(2, false, s, block, dy, NULL, out, dm, pitch, db);
    }
}
