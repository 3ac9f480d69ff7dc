/* F(4x4, 3x3) of few channels. Measured on a Zen 5 for 3 to 32 channels, rectified and pooled, 16
 * images of 32x32, beside direct products: 124 to 78 us with AVX-512, 266 to 136 with AVX2. */
#include "thin.h"

#include "frame.h"
#include "put.h"

#define SIDE 6
#define M    4 /* of a tile's outputs */

/* Floats of a frequency, of which as many exist as there are channels, and of a tile. */
#define PLACE 4
#define TILE  (SIDE * SIDE * PLACE)
_Static_assert(PLACE == 4, "ls_vec_load_four, and MULTIPLY for every number of channels");

/* With fewer channels or outputs transforms take more than products save. */
#define LEAST_CHANNELS 2
#define LEAST_OUTPUTS  16

bool ls_thin_fits(const ls_conv *s)
{
    return s->kernel == 3 && s->stride == 1 && s->form == LS_CONV_AUTO && s->c >= LEAST_CHANNELS &&
           s->c <= PLACE && s->o >= LEAST_OUTPUTS && s->p >= M && s->q >= M;
}

int64_t ls_thin_packed(const ls_conv *s)
{
    return ls_winograd_packed(s, SIDE, false);
}

void ls_thin_pack(const ls_conv *s, const float *w, float *u)
{
    ls_winograd_pack(s, SIDE, false, w, u);
}

/* An image in a frame of zeros, so that every place around a tile exists. */
static ls_frame frame_of(const ls_conv *s)
{
    return (ls_frame){.h = s->h,
                      .w = s->w,
                      .c = s->c,
                      .lines = (s->p + M - 1) / M * M + SIDE - M,
                      .columns = (s->q + M - 1) / M * M + SIDE - M,
                      .top = s->pad,
                      .left = s->pad};
}

/* Scratch memory, in floats. Vectors reach beyond the last line of a frame and beyond a line's last
 * place; what lies there ends in channels that do not exist and that nobody reads. */
typedef struct layout {
    int64_t lines_pitch;   /* from one line to the next of inputs transformed by columns */
    int64_t lines, v, end; /* where they begin, behind the frame; v: [tiles, TILE] */
} layout;

static layout layout_of(const ls_frame *frame)
{
    layout l = {.lines_pitch = (int64_t)frame->columns * frame->c + LS_VEC};
    l.lines = ls_frame_floats(frame) + LS_VEC;
    l.v = l.lines + SIDE * l.lines_pitch;
    l.end = l.v + (int64_t)(frame->columns - SIDE + M) / M * TILE;
    return l;
}

int64_t ls_thin_floats(const ls_conv *s)
{
    const ls_frame frame = frame_of(s);
    return layout_of(&frame).end;
}

/* v = B^T x B of one line of tiles. x: its first line in the frame. */
static void take_line(const ls_frame *frame, const layout *l, const float *x, float *lines,
                      float *v)
{
    const int64_t line = (int64_t)frame->columns * frame->c;
    for (int64_t k = 0; k < line; k += LS_VEC) {
        ls_vec in[SIDE];
        for (int i = 0; i < SIDE; i++) {
            in[i] = ls_vec_load(x + i * line + k);
        }
        ls_vec out[SIDE];
        line_of_input(SIDE, in, 1, out, 1);
        for (int i = 0; i < SIDE; i++) {
            ls_vec_store(lines + i * l->lines_pitch + k, out[i]);
        }
    }
    for (int q = 0; q + SIDE <= frame->columns; q += M) {
        for (int i = 0; i < SIDE; i++, v += SIDE * PLACE) {
            ls_vec in[SIDE];
            for (int j = 0; j < SIDE; j++) {
                in[j] = ls_vec_load_four(lines + i * l->lines_pitch + (int64_t)(q + j) * frame->c);
            }
            ls_vec out[SIDE];
            line_of_input(SIDE, in, 1, out, 1);
            for (int j = 0; j < SIDE; j++) {
                ls_vec_store_four(v + j * PLACE, out[j]);
            }
        }
    }
}

/* Of one tile and one panel of outputs: half[.][M, SIDE] = A^T (v u), each vector's. */
static LS_ALWAYS_INLINE void multiply(int channels, const float *v, const float *u,
                                      ls_vec half[2][M * SIDE])
{
    const int pitch = channels * LS_PANEL + LS_SPREAD; /* as ls_weight_frequencies has it */
    LS_FORGET(v);                                      /* else a pointer for each number */
    LS_FORGET(u);
    LS_UNROLL
    for (int j = 0; j < SIDE; j++) {
        ls_vec m[2][SIDE];
        LS_UNROLL
        for (int i = 0; i < SIDE; i++) {
            const float *panel = u + (SIDE * i + j) * pitch;
            m[0][i] = ls_vec_splat(0.0F);
            m[1][i] = ls_vec_splat(0.0F);
            const ls_vec four = ls_vec_repeat_four(v + (SIDE * i + j) * PLACE);
            const ls_vec factor[PLACE] = {ls_vec_splat_of(four, 0), ls_vec_splat_of(four, 1),
                                          ls_vec_splat_of(four, 2), ls_vec_splat_of(four, 3)};
            LS_UNROLL
            for (int c = 0; c < channels; c++, panel += LS_PANEL) {
                m[0][i] = ls_vec_fma(factor[c], ls_vec_load(panel), m[0][i]);
                m[1][i] = ls_vec_fma(factor[c], ls_vec_load(panel + LS_VEC), m[1][i]);
            }
        }
        line_to_output(SIDE, m[0], 1, half[0] + j, SIDE);
        line_to_output(SIDE, m[1], 1, half[1] + j, SIDE);
    }
}

#define MULTIPLY(channels)                                                                         \
    case channels:                                                                                 \
        multiply(channels, v, u, half);                                                            \
        break;

/* Both vectors of a tile, of which `width` channels exist. */
static LS_ALWAYS_INLINE void put(bool pools, int width, const ls_square *at,
                                 ls_vec half[2][M * SIDE], const ls_put *to)
{
    const bool whole = ls_square_is_whole(at, pools ? M / 2 : M);
    LS_UNROLL
    for (int k = 0; k < 2; k++) {
        const int part = ls_tile_part(width, k * LS_VEC);
        if (whole && part == LS_VEC) {
            ls_put_vector(SIDE, pools, true, LS_VEC, at, half[k], to, k * LS_VEC);
        } else if (part > 0) {
            ls_put_vector(SIDE, pools, false, part, at, half[k], to, k * LS_VEC);
        }
    }
}

/* One line of tiles from `place` on, of one panel of outputs. */
static LS_ALWAYS_INLINE void put_tiles(bool pools, const ls_conv *s, ls_tile_place place,
                                       const float *v, const float *u, int width, const ls_put *to)
{
    for (; place.column < s->q; place.column += M, v += TILE) {
        const ls_tile_place next = {place.image, place.line, place.column + M};
        ls_put_ask_outputs(SIDE, ls_phase_at(0), pools, s, next, to);
        ls_vec half[2][M * SIDE];
        switch (s->c) {
            MULTIPLY(3)
            MULTIPLY(4)
        default:
            multiply(LEAST_CHANNELS, v, u, half);
        }
        ls_square at;
        ls_put_square(SIDE, ls_phase_at(0), pools, s, place, &at);
        put(pools, width, &at, half, to);
    }
}

void ls_thin_forward(const ls_conv *s, int n, const float *x, const float *u, const float *b,
                     float *y, uint8_t *which, float *scratch)
{
    const ls_frame frame = frame_of(s);
    const layout l = layout_of(&frame);
    const int64_t panel = ls_weight_panel(s, SIDE, false);
    float *v = scratch + l.v;
    for (int k = 0; k < n; k++, x += (int64_t)s->h * s->w * s->c) {
        ls_frame_copy(&frame, x, scratch);
        for (int p = 0; p < s->p; p += M) {
            take_line(&frame, &l, scratch + (int64_t)p * frame.columns * s->c, scratch + l.lines,
                      v);
            for (int o = 0; o < s->o; o += LS_PANEL) {
                const ls_put to = ls_put_at(s, o, b, y, which);
                const int width = s->o - o < LS_PANEL ? s->o - o : LS_PANEL;
                const ls_tile_place place = {.image = k, .line = p};
                const float *weights = u + o / LS_PANEL * panel;
                if (s->pools) {
                    put_tiles(true, s, place, v, weights, width, &to);
                } else {
                    put_tiles(false, s, place, v, weights, width, &to);
                }
            }
        }
    }
}
