/* The transforms of F(4x4, 3x3) between images, weights and frequencies. */
#include "winograd_tiles.h"

#include "winograd_lines.h"

#include <string.h>

/* Which tile of which image, and where it begins in it. */
typedef struct tile_walk {
    int images, lines, columns;
} tile_walk;

static tile_walk walk_of(const ls_conv *s, int n)
{
    return (tile_walk){.images = n, .lines = s->h / LS_TILE, .columns = s->w / LS_TILE};
}

/* --- weights ---------------------------------------------------------------------------------- */

static LS_ALWAYS_INLINE void square_of_weights(const float *w, int64_t tap, ls_vec *u)
{
    ls_vec g[9];
    ls_vec columns[18];
    for (int i = 0; i < 9; i++) {
        g[i] = ls_vec_load(w + i * tap);
    }
    for (int j = 0; j < 3; j++) {
        line_of_weights(g + j, 3, columns + j, 3);
    }
    for (int i = 0; i < 6; i++) {
        line_of_weights(columns + 3 * i, 1, u + 6 * i, 1);
    }
}

void ls_tiles_of_weights(int in, int out, const float *w, float *u)
{
    int64_t count = (int64_t)in * out;
    for (int c = 0; c < in; c++) {
        for (int o = 0; o < out; o += LS_VEC) {
            ls_vec square[LS_FREQUENCIES];
            square_of_weights(w + (int64_t)c * out + o, count, square);
            int64_t at = ((int64_t)(o / LS_PANEL) * in + c) * LS_PANEL + o % LS_PANEL;
            for (int f = 0; f < LS_FREQUENCIES; f++) {
                ls_vec_store(u + f * count + at, square[f]);
            }
        }
    }
}

void ls_tiles_to_weights(const ls_conv *s, const float *du, float *dw)
{
    int64_t count = (int64_t)s->c * s->o;
    for (int64_t at = 0; at < count; at += LS_VEC) {
        ls_vec square[LS_FREQUENCIES];
        ls_vec lines[18];
        ls_vec g[9];
        for (int f = 0; f < LS_FREQUENCIES; f++) {
            square[f] = ls_vec_load(du + f * count + at);
        }
        for (int i = 0; i < 6; i++) {
            line_to_weights(square + 6 * i, 1, lines + 3 * i, 1);
        }
        for (int j = 0; j < 3; j++) {
            line_to_weights(lines + j, 3, g + j, 3);
        }
        for (int i = 0; i < 9; i++) {
            float *to = dw + i * count + at;
            ls_vec_store(to, ls_vec_load(to) + g[i]);
        }
    }
}

/* --- input: 6 x 6 places from (-1, -1) of the tile on, zero outside the image ------------------
 */

static LS_ALWAYS_INLINE bool inside(const ls_conv *s, int line, int column)
{
    return line >= 0 && line < s->h && column >= 0 && column < s->w;
}

/* One tile, one vector of channels. x: the image's first value of these channels. */
static void tile_of_input(const ls_conv *s, int line, int column, const float *x, float *v,
                          int64_t pitch)
{
    ls_vec square[LS_FREQUENCIES];
    ls_vec half[LS_FREQUENCIES];
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            int64_t at = ((int64_t)(line + i) * s->w + column + j) * s->c;
            square[6 * i + j] =
                inside(s, line + i, column + j) ? ls_vec_load(x + at) : ls_vec_splat(0);
        }
    }
    for (int j = 0; j < 6; j++) {
        line_of_input(square + j, half + j, 6);
    }
    for (int i = 0; i < 6; i++) {
        line_of_input(half + 6 * i, square + 6 * i, 1);
    }
    for (int f = 0; f < LS_FREQUENCIES; f++) {
        ls_vec_store(v + f * pitch, square[f]);
    }
}

static void tile_to_input(const ls_conv *s, int line, int column, const float *dv, int64_t pitch,
                          float *dx)
{
    ls_vec square[LS_FREQUENCIES];
    ls_vec half[LS_FREQUENCIES];
    for (int f = 0; f < LS_FREQUENCIES; f++) {
        square[f] = ls_vec_load(dv + f * pitch);
    }
    for (int j = 0; j < 6; j++) {
        line_to_input(square + j, half + j, 6);
    }
    for (int i = 0; i < 6; i++) {
        line_to_input(half + 6 * i, square + 6 * i, 1);
    }
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            if (inside(s, line + i, column + j)) {
                float *to = dx + ((int64_t)(line + i) * s->w + column + j) * s->c;
                ls_vec_store(to, ls_vec_load(to) + square[6 * i + j]);
            }
        }
    }
}

void ls_tiles_of_input(const ls_conv *s, int n, const float *x, float *v, int64_t pitch)
{
    tile_walk t = walk_of(s, n);
    int64_t image = (int64_t)s->h * s->w * s->c;
    for (int k = 0; k < t.images * t.lines * t.columns; k++, v += s->c) {
        int line = k / t.columns % t.lines * LS_TILE - 1;
        int column = k % t.columns * LS_TILE - 1;
        const float *from = x + k / (t.lines * t.columns) * image;
        for (int c = 0; c < s->c; c += LS_VEC) {
            tile_of_input(s, line, column, from + c, v + c, pitch);
        }
    }
}

void ls_tiles_to_input(const ls_conv *s, int n, const float *dv, int64_t pitch, float *dx)
{
    tile_walk t = walk_of(s, n);
    int64_t image = (int64_t)s->h * s->w * s->c;
    memset(dx, 0, sizeof *dx * (size_t)(n * image));
    for (int k = 0; k < t.images * t.lines * t.columns; k++, dv += s->c) {
        int line = k / t.columns % t.lines * LS_TILE - 1;
        int column = k % t.columns * LS_TILE - 1;
        float *to = dx + k / (t.lines * t.columns) * image;
        for (int c = 0; c < s->c; c += LS_VEC) {
            tile_to_input(s, line, column, dv + c, pitch, to + c);
        }
    }
}

/* --- output: 4 x 4 places, tiles do not overlap ------------------------------------------------
 */

static void tile_to_output(const ls_conv *s, const float *m, int64_t pitch, ls_vec bias, float *y)
{
    ls_vec square[LS_FREQUENCIES];
    ls_vec half[24];
    ls_vec out[16];
    for (int f = 0; f < LS_FREQUENCIES; f++) {
        square[f] = ls_vec_load(m + f * pitch);
    }
    for (int j = 0; j < 6; j++) {
        line_to_output(square + j, 6, half + j, 6);
    }
    for (int i = 0; i < LS_TILE; i++) {
        line_to_output(half + 6 * i, 1, out + LS_TILE * i, 1);
        for (int j = 0; j < LS_TILE; j++) {
            ls_vec_store(y + ((int64_t)i * s->q + j) * s->o, out[LS_TILE * i + j] + bias);
        }
    }
}

static void tile_of_output(const ls_conv *s, const float *dy, float *dm, int64_t pitch, float *db)
{
    ls_vec square[LS_FREQUENCIES];
    ls_vec half[24];
    ls_vec in[16];
    ls_vec sum = ls_vec_load(db);
    for (int i = 0; i < LS_TILE; i++) {
        for (int j = 0; j < LS_TILE; j++) {
            in[LS_TILE * i + j] = ls_vec_load(dy + ((int64_t)i * s->q + j) * s->o);
            sum = sum + in[LS_TILE * i + j];
        }
    }
    ls_vec_store(db, sum);
    for (int j = 0; j < LS_TILE; j++) {
        line_of_output(in + j, LS_TILE, half + j, LS_TILE);
    }
    for (int i = 0; i < 6; i++) {
        line_of_output(half + LS_TILE * i, 1, square + 6 * i, 1);
    }
    for (int f = 0; f < LS_FREQUENCIES; f++) {
        ls_vec_store(dm + f * pitch, square[f]);
    }
}

/* Where tile k begins in an output of `channels` channels. */
static int64_t tile_place(const ls_conv *s, const tile_walk *t, int k)
{
    int64_t image = k / (t->lines * t->columns);
    int64_t line = k / t->columns % t->lines * LS_TILE;
    int64_t column = k % t->columns * LS_TILE;
    return ((image * s->p + line) * s->q + column) * s->o;
}

void ls_tiles_to_output(const ls_conv *s, int n, const float *m, int64_t pitch, int out,
                        const float *bias, float *y)
{
    tile_walk t = walk_of(s, n);
    for (int k = 0; k < t.images * t.lines * t.columns; k++, m += LS_PANEL) {
        float *to = y + tile_place(s, &t, k) + out;
        for (int o = 0; o < LS_PANEL; o += LS_VEC) {
            tile_to_output(s, m + o, pitch, ls_vec_load(bias + out + o), to + o);
        }
    }
}

void ls_tiles_of_output(const ls_conv *s, int n, const float *dy, float *dm, int64_t pitch,
                        float *db)
{
    tile_walk t = walk_of(s, n);
    for (int k = 0; k < t.images * t.lines * t.columns; k++, dm += s->o) {
        const float *from = dy + tile_place(s, &t, k);
        for (int o = 0; o < s->o; o += LS_VEC) {
            tile_of_output(s, from + o, dm + o, pitch, db + o);
        }
    }
}
