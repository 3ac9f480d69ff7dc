/* Between images and the frequencies of the side x side places around each tile. */
#include "lines.h"
#include "tiles.h"
#include "vec_mask.h"

/* One vector of channels of one tile, of which the first `part` exist. from: [side, side]. */
static LS_ALWAYS_INLINE void of_input(int side, int part, const float *const *from, int c, float *v,
                                      int64_t pitch)
{
    ls_vec half[LS_FREQUENCIES_MAX];
    for (int j = 0; j < side; j++) {
        ls_vec column[LS_SIDE_MAX];
        for (int i = 0; i < side; i++) {
            column[i] = ls_vec_load_some(from[side * i + j] + c, part);
        }
        line_of_input(side, column, 1, half + j, side);
    }
    for (int i = 0; i < side; i++) {
        ls_vec line[LS_SIDE_MAX];
        line_of_input(side, half + side * i, 1, line, 1);
        for (int j = 0; j < side; j++) {
            ls_frequency_store(v + (side * i + j) * pitch, line[j]);
        }
    }
}

static LS_ALWAYS_INLINE void to_input(int side, int part, const float *dv, int64_t pitch,
                                      float *const *to, int c)
{
    ls_vec half[LS_FREQUENCIES_MAX];
    for (int j = 0; j < side; j++) {
        ls_vec column[LS_SIDE_MAX];
        for (int i = 0; i < side; i++) {
            column[i] = ls_frequency_load(dv + (side * i + j) * pitch);
        }
        line_to_input(side, column, 1, half + j, side);
    }
    for (int i = 0; i < side; i++) {
        ls_vec line[LS_SIDE_MAX];
        line_to_input(side, half + side * i, 1, line, 1);
        for (int j = 0; j < side; j++) {
            float *at = to[side * i + j] + c;
            ls_vec_store_some(at, part, ls_vec_load_some(at, part) + line[j]);
        }
    }
}

/* The places around a tile. */
static LS_ALWAYS_INLINE void input_offsets(int side, const ls_tiling *s, int64_t tile, int64_t *at)
{
    const ls_conv *conv = s->conv;
    ls_tile_place from = ls_tile_at(s, tile);
    from.line -= s->lead;
    from.column -= s->lead;
    ls_tile_offsets(conv->h, conv->w, conv->c, from, side, 1, at);
}

static LS_ALWAYS_INLINE void all_of_input(int side, const ls_tiling *s, ls_tile_block block,
                                          const float *x, float *v, int64_t pitch)
{
    for (int t = 0; t < block.count; t++, v += s->wide_c) {
        int64_t at[LS_FREQUENCIES_MAX];
        const float *from[LS_FREQUENCIES_MAX];
        input_offsets(side, s, block.first + t, at);
        for (int k = 0; k < side * side; k++) {
            from[k] = at[k] < 0 ? s->zeros : x + at[k];
        }
        int c = 0;
        for (; c + LS_VEC <= s->conv->c; c += LS_VEC) {
            of_input(side, LS_VEC, from, c, v + c, pitch);
        }
        if (c < s->conv->c) {
            of_input(side, s->conv->c - c, from, c, v + c, pitch);
        }
    }
}

static LS_ALWAYS_INLINE void all_to_input(int side, const ls_tiling *s, ls_tile_block block,
                                          const float *dv, int64_t pitch, float *dx)
{
    for (int t = 0; t < block.count; t++, dv += s->wide_c) {
        int64_t at[LS_FREQUENCIES_MAX];
        float *to[LS_FREQUENCIES_MAX];
        input_offsets(side, s, block.first + t, at);
        for (int k = 0; k < side * side; k++) {
            to[k] = at[k] < 0 ? s->dump : dx + at[k];
        }
        int c = 0;
        for (; c + LS_VEC <= s->conv->c; c += LS_VEC) {
            to_input(side, LS_VEC, dv + c, pitch, to, c);
        }
        if (c < s->conv->c) {
            to_input(side, s->conv->c - c, dv + c, pitch, to, c);
        }
    }
}

#define OF_INPUT(side)                                                                             \
    case side:                                                                                     \
        all_of_input(side, s, block, x, v, pitch);                                                 \
        break;
#define TO_INPUT(side)                                                                             \
    case side:                                                                                     \
        all_to_input(side, s, block, dv, pitch, dx);                                               \
        break;

void ls_tiles_of_input(const ls_tiling *s, ls_tile_block block, const float *x, float *v,
                       int64_t pitch)
{
    switch (s->side) {
        LS_EACH_SIDE(OF_INPUT)
    }
}

void ls_tiles_to_input(const ls_tiling *s, ls_tile_block block, const float *dv, int64_t pitch,
                       float *dx)
{
    switch (s->side) {
        LS_EACH_SIDE(TO_INPUT)
    }
}
