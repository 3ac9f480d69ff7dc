/* The weights' gradient of a direct convolution that pools. Every channel of a pooled place has its
 * own one of four inputs: the four lie in a register, and the channel's place picks from them. */
#include "conv_pool.h"
#include "pool_four.h"
#include "sums.h"

#include <string.h>

bool ls_pooled_weigh_fits(const ls_conv *s)
{
    return s->stride == 1;
}

/* Taps, and vectors of output channels, whose sums stay in registers with the gradients, their
 * places and four inputs, and how the four are loaded. With AVX-512 picking takes the time: two
 * loads serve two vectors. Else loads do: a place is followed by the one below, so that the four
 * are side by side, and corners are turned accordingly. */
#if LS_VEC == 16
#define TAPS    12
#define VECTORS 2
#define DEEP    1

static LS_ALWAYS_INLINE ls_vec four_at(const float *above, const float *below)
{
    double pair[2];
    memcpy(&pair[0], above, sizeof pair[0]);
    memcpy(&pair[1], below, sizeof pair[1]);
    return _mm512_castpd_ps(
        _mm512_mask_mov_pd(_mm512_set1_pd(pair[0]), 0xaa, _mm512_set1_pd(pair[1])));
}
#else
#define TAPS    9
#define VECTORS 1
#define DEEP    2

static LS_ALWAYS_INLINE ls_vec four_at(const float *above, const float *below)
{
    (void)below;
    return ls_vec_repeat_four(above);
}
#endif
#define WIDE (VECTORS * LS_VEC)

/* One image in a frame of zeros, a channel after another, so that neighbours in a line lie side by
 * side: [C, lines, columns, DEEP]. */
typedef struct planes {
    int lines, columns;
    int64_t line, each; /* floats from one to the next */
} planes;

static planes planes_of(const ls_conv *s)
{
    planes of = {.lines = s->p + s->kernel - 1, .columns = s->q + s->kernel - 1};
    of.line = (int64_t)of.columns * DEEP;
    of.each = of.lines * of.line;
    return of;
}

/* One channel of c, which is a constant where it is that of most images. */
static LS_ALWAYS_INLINE void take_plane(const ls_conv *s, int c, const planes *of, const float *x,
                                        float *plane)
{
    const int width = s->w + s->pad < of->columns ? s->w : of->columns - s->pad;
    for (int h = 0; h < s->h && h + s->pad < of->lines; h++) {
        const float *from = x + (int64_t)h * s->w * c;
        float *to = plane + (int64_t)(h + s->pad) * of->columns + s->pad;
        for (int w = 0; w < width; w++) {
            to[w] = from[(int64_t)w * c];
        }
    }
}

/* Each place and the one below, of all lines but the last, which no window begins at. */
static void pair_lines(const planes *of, const float *restrict plane, float *restrict pairs)
{
    const int64_t columns = of->columns;
    for (int l = 0; l + 1 < of->lines; l++, plane += columns, pairs += 2 * columns) {
        for (int64_t k = 0; k < columns; k++) {
            pairs[2 * k] = plane[k];
            pairs[2 * k + 1] = plane[columns + k];
        }
    }
}

/* plane: [lines, columns], for what goes on to be paired */
static void take_planes(const ls_conv *s, const planes *of, const float *x, float *inputs,
                        float *plane)
{
    for (int c = 0; c < s->c; c++, inputs += of->each) {
        float *to = DEEP == 1 ? inputs : plane;
        memset(to, 0, sizeof *to * (size_t)of->lines * (size_t)of->columns);
        if (s->c == 3) {
            take_plane(s, 3, of, x + c, to);
        } else {
            take_plane(s, s->c, of, x + c, to);
        }
        if (DEEP == 2) {
            pair_lines(of, to, inputs);
        }
    }
}

/* One image's gradient of WIDE channels, zero where no gradient comes back and where there are no
 * channels, and its places: [count, WIDE] each. */
typedef struct given {
    int count; /* windows */
    float *dy;
    uint8_t *which;
} given;

/* One vector of channels, of which `part` exist; their sums are added to db. */
static LS_ALWAYS_INLINE void take_vector(int part, int64_t channels, const float *dy,
                                         const uint8_t *which, given to, float *db)
{
    ls_vec sum = ls_vec_splat(0.0F);
    for (int k = 0; k < to.count; k++, dy += channels, which += channels) {
        const ls_corners place = ls_corners_load_some(which, part);
        const ls_vec value = ls_unpool(place, ls_vec_load_some(dy, part));
        ls_vec_store(to.dy + (int64_t)k * WIDE, value);
        ls_corners_store(to.which + (int64_t)k * WIDE,
                         DEEP == 1 ? place : ls_corners_turned(place));
        sum = sum + value;
    }
    ls_vec_store_some(db, part, ls_vec_load_some(db, part) + sum);
}

/* Channels [out, out + WIDE) of an image. */
static void take_channels(const ls_conv *s, int out, const float *dy, const uint8_t *which,
                          given to, float *db)
{
    for (int o = 0; o < WIDE; o += LS_VEC, to.dy += LS_VEC, to.which += LS_VEC) {
        const int left = s->o - out - o;
        const int64_t from = left > 0 ? out + o : 0;
        if (left >= LS_VEC) {
            take_vector(LS_VEC, s->o, dy + from, which + from, to, db + from);
        } else {
            take_vector(left > 0 ? left : 0, s->o, dy + from, which + from, to, db + from);
        }
    }
}

/* A tile of sums: taps by where they begin in the planes, from a window's first input on. */
typedef struct tile {
    int lines, columns; /* of windows */
    int64_t plane_line; /* from a plane's line to the next */
    int64_t tap[TAPS];
} tile;

/* sums[tap][0..WIDE) += the sum over windows of each channel's input times its gradient */
static LS_ALWAYS_INLINE void add_windows(int taps, const tile *t, const float *plane,
                                         const given *g, float *sums)
{
    ls_vec sum[TAPS][VECTORS];
    LS_UNROLL
    for (int r = 0; r < taps; r++) {
        LS_UNROLL
        for (int v = 0; v < VECTORS; v++) {
            sum[r][v] = ls_vec_load(sums + r * WIDE + v * LS_VEC);
        }
    }
    const float *dy = g->dy;
    const uint8_t *which = g->which;
    for (int p = 0; p < t->lines; p++) {
        const float *at = plane + 2 * p * t->plane_line;
        for (int q = 0; q < t->columns; q++, at += 2 * DEEP, dy += WIDE, which += WIDE) {
            ls_vec value[VECTORS];
            ls_corners place[VECTORS];
            LS_UNROLL
            for (int v = 0; v < VECTORS; v++) {
                value[v] = ls_vec_load(dy + v * LS_VEC);
                place[v] = ls_corners_load(which + v * LS_VEC);
            }
            LS_UNROLL
            for (int r = 0; r < taps; r++) {
                const float *from = at + t->tap[r];
                const ls_vec four = four_at(from, from + t->plane_line);
                LS_UNROLL
                for (int v = 0; v < VECTORS; v++) {
                    sum[r][v] = ls_vec_fma(ls_vec_lookup(four, place[v]), value[v], sum[r][v]);
                }
            }
        }
    }
    LS_UNROLL
    for (int r = 0; r < taps; r++) {
        LS_UNROLL
        for (int v = 0; v < VECTORS; v++) {
            ls_vec_store(sums + r * WIDE + v * LS_VEC, sum[r][v]);
        }
    }
}

#define ADD(rows)                                                                                  \
    case rows:                                                                                     \
        add_windows(rows, t, plane, g, sums);                                                      \
        break;

static void add_tile(int taps, const tile *t, const float *plane, const given *g, float *sums)
{
    switch (taps) {
        LS_JOIN(LS_UP_TO, TAPS)(ADD)
    }
}

/* sums: [K*K*C, WIDE] */
static void add_image(const ls_conv *s, const planes *of, const float *plane, const given *g,
                      float *sums)
{
    int all = s->kernel * s->kernel * s->c;
    int tiles = (all + TAPS - 1) / TAPS;
    tile t = {.lines = s->p / 2, .columns = s->q / 2, .plane_line = of->line};
    for (int k = 0; k < tiles; k++) {
        int first = (int)((int64_t)all * k / tiles);
        int taps = (int)((int64_t)all * (k + 1) / tiles) - first;
        for (int r = 0; r < taps; r++) { /* tap (i, j, c) */
            int i = (first + r) / s->c / s->kernel;
            int j = (first + r) / s->c % s->kernel;
            int c = (first + r) % s->c;
            t.tap[r] = c * of->each + i * of->line + (int64_t)j * DEEP;
        }
        add_tile(taps, &t, plane, g, sums + (int64_t)first * WIDE);
    }
}

/* Scratch memory, in floats. */
typedef struct layout {
    int64_t plane, dy, which, sums; /* where each begins, behind the inputs */
    int64_t sums_count;             /* [O / WIDE, K*K*C, WIDE] */
} layout;

static layout layout_of(const ls_conv *s)
{
    planes of = planes_of(s);
    int64_t places = (int64_t)(s->p / 2) * (s->q / 2) * WIDE;
    layout l = {.plane = s->c * of.each};
    l.dy = l.plane + (DEEP == 1 ? 0 : of.each / DEEP);
    l.which = l.dy + places;
    l.sums = l.which + (places + 3) / 4;
    l.sums_count = (int64_t)s->kernel * s->kernel * s->c * ((s->o + WIDE - 1) / WIDE * WIDE);
    return l;
}

int64_t ls_pooled_weigh_floats(const ls_conv *s)
{
    layout l = layout_of(s);
    return l.sums + l.sums_count;
}

static void add_sums(const ls_conv *s, const float *sums, float *dw)
{
    int taps = s->kernel * s->kernel * s->c;
    for (int out = 0; out < s->o; out += WIDE) {
        int width = s->o - out < WIDE ? s->o - out : WIDE;
        for (int tap = 0; tap < taps; tap++, sums += WIDE) {
            for (int o = 0; o < width; o++) {
                dw[(int64_t)tap * s->o + out + o] += sums[o];
            }
        }
    }
}

void ls_pooled_weigh(const ls_conv *s, int n, const float *x, const float *dy, const uint8_t *which,
                     float *dw, float *db, float *scratch)
{
    layout l = layout_of(s);
    planes of = planes_of(s);
    float *sums = scratch + l.sums;
    const given g = {.count = s->p / 2 * (s->q / 2),
                     .dy = scratch + l.dy,
                     .which = (uint8_t *)(scratch + l.which)};
    int64_t panel = (int64_t)s->kernel * s->kernel * s->c * WIDE;
    memset(sums, 0, sizeof *sums * (size_t)l.sums_count);
    for (int k = 0; k < n; k++) {
        int64_t at = (int64_t)k * g.count * s->o;
        take_planes(s, &of, x + (int64_t)k * s->h * s->w * s->c, scratch, scratch + l.plane);
        for (int out = 0; out < s->o; out += WIDE) {
            take_channels(s, out, dy + at, which + at, g, db);
            add_image(s, &of, scratch, &g, sums + out / WIDE * panel);
        }
    }
    add_sums(s, sums, dw);
}
