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

/* One image in a frame of zeros, a channel after another, so that neighbours in a line lie side by
 * side: [C, P + K - 1, Q + K - 1]. */
typedef struct planes {
    int lines, columns;
} planes;

static planes planes_of(const ls_conv *s)
{
    return (planes){.lines = s->p + s->kernel - 1, .columns = s->q + s->kernel - 1};
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

static void take_planes(const ls_conv *s, const planes *of, const float *x, float *plane)
{
    const int64_t each = (int64_t)of->lines * of->columns;
    memset(plane, 0, sizeof *plane * (size_t)(s->c * each));
    for (int c = 0; c < s->c; c++) {
        if (s->c == 3) {
            take_plane(s, 3, of, x + c, plane + c * each);
        } else {
            take_plane(s, s->c, of, x + c, plane + c * each);
        }
    }
}

/* One image's gradient of a panel of channels, zero where no gradient comes back and where there
 * are no channels: [places, LS_PANEL] each. */
typedef struct given {
    int count; /* places */
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
        ls_vec_store(to.dy + (int64_t)k * LS_PANEL, value);
        ls_corners_store(to.which + (int64_t)k * LS_PANEL, place);
        sum = sum + value;
    }
    ls_vec_store_some(db, part, ls_vec_load_some(db, part) + sum);
}

/* Channels [out, out + LS_PANEL) of an image. */
static void take_panel(const ls_conv *s, int out, const float *dy, const uint8_t *which, given to,
                       float *db)
{
    for (int o = 0; o < LS_PANEL; o += LS_VEC, to.dy += LS_VEC, to.which += LS_VEC) {
        const int left = s->o - out - o;
        const int64_t from = left > 0 ? out + o : 0;
        if (left >= LS_VEC) {
            take_vector(LS_VEC, s->o, dy + from, which + from, to, db + from);
        } else {
            take_vector(left > 0 ? left : 0, s->o, dy + from, which + from, to, db + from);
        }
    }
}

/* Taps whose sums stay in registers with a panel's gradient, its places and four inputs. */
#if LS_VEC == 16
#define TAPS 12
#else
#define TAPS 5
#endif

/* A tile of sums: taps by where they begin in the planes, from a window's first input on. */
typedef struct tile {
    int lines, columns; /* of windows */
    int64_t plane_line; /* from a plane's line to the next */
    int64_t tap[TAPS];
} tile;

/* sums[tap][0..LS_PANEL) += the sum over windows of each channel's input times its gradient */
static LS_ALWAYS_INLINE void add_windows(int taps, const tile *t, const float *plane,
                                         const given *g, float *sums)
{
    ls_vec sum[TAPS][2];
    LS_UNROLL
    for (int r = 0; r < taps; r++) {
        sum[r][0] = ls_vec_load(sums + r * LS_PANEL);
        sum[r][1] = ls_vec_load(sums + r * LS_PANEL + LS_VEC);
    }
    const float *dy = g->dy;
    const uint8_t *which = g->which;
    for (int p = 0; p < t->lines; p++) {
        const float *at = plane + 2 * p * t->plane_line;
        for (int q = 0; q < t->columns; q++, at += 2, dy += LS_PANEL, which += LS_PANEL) {
            ls_vec left = ls_vec_load(dy);
            ls_vec right = ls_vec_load(dy + LS_VEC);
            ls_corners left_place = ls_corners_load(which);
            ls_corners right_place = ls_corners_load(which + LS_VEC);
            LS_UNROLL
            for (int r = 0; r < taps; r++) {
                const float *from = at + t->tap[r];
                ls_vec four = ls_vec_four(from, from + t->plane_line);
                sum[r][0] = ls_vec_fma(ls_vec_lookup(four, left_place), left, sum[r][0]);
                sum[r][1] = ls_vec_fma(ls_vec_lookup(four, right_place), right, sum[r][1]);
            }
        }
    }
    LS_UNROLL
    for (int r = 0; r < taps; r++) {
        ls_vec_store(sums + r * LS_PANEL, sum[r][0]);
        ls_vec_store(sums + r * LS_PANEL + LS_VEC, sum[r][1]);
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

/* sums: [K*K*C, LS_PANEL] */
static void add_image(const ls_conv *s, const planes *of, const float *plane, const given *g,
                      float *sums)
{
    int all = s->kernel * s->kernel * s->c;
    int tiles = (all + TAPS - 1) / TAPS;
    tile t = {.lines = s->p / 2, .columns = s->q / 2, .plane_line = of->columns};
    for (int k = 0; k < tiles; k++) {
        int first = (int)((int64_t)all * k / tiles);
        int taps = (int)((int64_t)all * (k + 1) / tiles) - first;
        for (int r = 0; r < taps; r++) { /* tap (i, j, c) */
            int i = (first + r) / s->c / s->kernel;
            int j = (first + r) / s->c % s->kernel;
            int c = (first + r) % s->c;
            t.tap[r] = ((int64_t)c * of->lines + i) * of->columns + j;
        }
        add_tile(taps, &t, plane, g, sums + (int64_t)first * LS_PANEL);
    }
}

/* Scratch memory, in floats. */
typedef struct layout {
    int64_t plane, dy, which, sums; /* where each begins */
    int64_t sums_count;             /* [wide O / LS_PANEL, K*K*C, LS_PANEL] */
} layout;

static layout layout_of(const ls_conv *s)
{
    planes of = planes_of(s);
    int64_t places = (int64_t)(s->p / 2) * (s->q / 2) * LS_PANEL;
    layout l = {.dy = (int64_t)s->c * of.lines * of.columns};
    l.which = l.dy + places;
    l.sums = l.which + (places + 3) / 4;
    l.sums_count = (int64_t)s->kernel * s->kernel * s->c * ls_panels_width(s->o);
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
    for (int out = 0; out < s->o; out += LS_PANEL) {
        int width = s->o - out < LS_PANEL ? s->o - out : LS_PANEL;
        for (int tap = 0; tap < taps; tap++, sums += LS_PANEL) {
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
    int64_t panel = (int64_t)s->kernel * s->kernel * s->c * LS_PANEL;
    memset(sums, 0, sizeof *sums * (size_t)l.sums_count);
    for (int k = 0; k < n; k++) {
        int64_t at = (int64_t)k * g.count * s->o;
        take_planes(s, &of, x + (int64_t)k * s->h * s->w * s->c, scratch + l.plane);
        for (int out = 0; out < s->o; out += LS_PANEL) {
            take_panel(s, out, dy + at, which + at, g, db);
            add_image(s, &of, scratch + l.plane, &g, sums + out / LS_PANEL * panel);
        }
    }
    add_sums(s, sums, dw);
}
