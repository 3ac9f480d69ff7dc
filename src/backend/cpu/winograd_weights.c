/* Between weights and frequencies. Once a step, squares of channels at a time, so that a transposed
 * form reads whole lines of memory too. */
#include "transpose.h"
#include "vec_mask.h"
#include "winograd_lines.h"
#include "winograd_tiles.h"

#define SQUARE LS_PANEL /* channels */

/* Some channels of every tap, [9, SQUARE, SQUARE], zero where there are none. `columns` is what
 * vectors hold: outputs, or inputs in the transposed form. */
typedef struct taps {
    float w[9][SQUARE][SQUARE];
} taps;

/* out[i][j] = w[j][i]; lines of w lie `line` floats apart. */
static void transpose_square(const float *w, int64_t line, float (*out)[SQUARE])
{
    for (int i = 0; i < SQUARE; i += LS_VEC) {
        for (int j = 0; j < SQUARE; j += LS_VEC) {
            ls_transpose(w + j * line + i, line, &out[i][j], SQUARE);
        }
    }
}

static void take_taps(const ls_conv *s, bool transposed, int row, int column, const float *w,
                      taps *out)
{
    int rows = (transposed ? s->o : s->c) - row;
    int columns = (transposed ? s->c : s->o) - column;
    rows = rows < SQUARE ? rows : SQUARE;
    columns = columns < SQUARE ? columns : SQUARE;
    if (rows < SQUARE || columns < SQUARE) {
        memset(out, 0, sizeof *out);
    }
    int64_t row_step = transposed ? 1 : s->o;
    int64_t column_step = transposed ? s->o : 1;
    w += row * row_step + column * column_step;
    bool is_square = transposed && rows == SQUARE && columns == SQUARE;
    for (int tap = 0; tap < 9; tap++, w += (int64_t)s->c * s->o) {
        if (is_square) {
            transpose_square(w, s->o, out->w[tap]);
            continue;
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out->w[tap][i][j] = w[i * row_step + j * column_step];
            }
        }
    }
}

/* u = G g G^T of one vector; rows of taps are `tap` floats apart, frequencies `pitch`. */
static LS_ALWAYS_INLINE void of_weights(int m, const float *w, int64_t tap, float *u, int64_t pitch)
{
    const int side = m + 2;
    ls_vec half[3 * LS_SIDE_MAX]; /* [side, 3] */
    for (int j = 0; j < 3; j++) {
        ls_vec column[3];
        for (int i = 0; i < 3; i++) {
            column[i] = ls_vec_load(w + (3 * i + j) * tap);
        }
        line_of_weights(m, column, 1, half + j, 3);
    }
    for (int i = 0; i < side; i++) {
        ls_vec line[LS_SIDE_MAX];
        line_of_weights(m, half + 3 * i, 1, line, 1);
        for (int j = 0; j < side; j++) {
            ls_vec_store(u + (side * i + j) * pitch, line[j]);
        }
    }
}

static LS_ALWAYS_INLINE void all_of_weights(int m, const ls_conv *s, bool transposed,
                                            const float *w, float *u)
{
    int rows = ls_weight_rows(s, transposed);
    int columns = transposed ? s->c : s->o;
    int64_t pitch = ls_weight_pitch(rows);
    taps some;
    for (int column = 0; column < columns; column += LS_PANEL, u += (m + 2) * (m + 2) * pitch) {
        for (int row = 0; row < rows; row++) {
            if (row % SQUARE == 0) {
                take_taps(s, transposed, row, column, w, &some);
            }
            for (int o = 0; o < LS_PANEL; o += LS_VEC) {
                of_weights(m, &some.w[0][row % SQUARE][o], (int64_t)SQUARE * SQUARE,
                           u + (int64_t)row * LS_PANEL + o, pitch);
            }
        }
    }
}

void ls_tiles_of_weights(const ls_conv *s, int m, bool transposed, const float *w, float *u)
{
    if (m == 4) {
        all_of_weights(4, s, transposed, w, u);
    } else {
        all_of_weights(2, s, transposed, w, u);
    }
}

/* dw += G^T du G of one vector, of which the first `part` exist. */
static LS_ALWAYS_INLINE void to_weights(int m, int part, const float *du, int64_t pitch, float *dw,
                                        int64_t tap)
{
    const int side = m + 2;
    ls_vec half[3 * LS_SIDE_MAX]; /* [3, side] */
    for (int j = 0; j < side; j++) {
        ls_vec column[LS_SIDE_MAX];
        for (int i = 0; i < side; i++) {
            column[i] = ls_vec_load(du + (side * i + j) * pitch);
        }
        line_to_weights(m, column, 1, half + j, side);
    }
    for (int i = 0; i < 3; i++) {
        ls_vec line[3];
        line_to_weights(m, half + side * i, 1, line, 1);
        for (int j = 0; j < 3; j++) {
            float *to = dw + (3 * i + j) * tap;
            ls_vec_store_some(to, part, ls_vec_load_some(to, part) + line[j]);
        }
    }
}

static LS_ALWAYS_INLINE void all_to_weights(int m, const ls_conv *s, int out, const float *du,
                                            float *dw)
{
    int64_t pitch = ls_weight_pitch(s->c);
    int64_t tap = (int64_t)s->c * s->o;
    int width = s->o - out < LS_PANEL ? s->o - out : LS_PANEL;
    for (int c = 0; c < s->c; c++) {
        for (int o = 0; o < width; o += LS_VEC) {
            to_weights(m, ls_tile_part(width, o), du + (int64_t)c * LS_PANEL + o, pitch,
                       dw + (int64_t)c * s->o + out + o, tap);
        }
    }
}

void ls_tiles_to_weights(const ls_tiling *s, int out, const float *du, float *dw)
{
    if (s->tile == 4) {
        all_to_weights(4, s->conv, out, du, dw);
    } else {
        all_to_weights(2, s->conv, out, du, dw);
    }
}
