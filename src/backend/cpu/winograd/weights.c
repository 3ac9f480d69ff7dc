/* Between weights and frequencies, once a step. Whole panels are read where they lie; else, and in
 * the transposed form, squares of channels at a time, so that whole lines of memory are read. */
#include "lines.h"
#include "sums.h"
#include "tiles.h"
#include "transpose.h"
#include "vec_mask.h"

#define SQUARE   LS_PANEL /* channels */
#define TAPS_MAX 3        /* along an axis */

/* Some channels of every tap, [9, SQUARE, SQUARE], zero where there are none. `columns` is what
 * vectors hold: outputs, or inputs in the transposed form. */
typedef struct taps {
    float w[9][SQUARE][SQUARE];
} taps;

/* The strides of w, in floats: [3,3,C,O], or [C,3,3,O] where there are phases. */
typedef struct strides {
    int64_t tap, c, o;
} strides;

static strides strides_of(const ls_conv *s, int side)
{
    return ls_has_phases(side) ? (strides){.tap = s->o, .c = (int64_t)9 * s->o, .o = 1}
                               : (strides){.tap = (int64_t)s->c * s->o, .c = s->o, .o = 1};
}

/* The tap of [3,3] that a phase has at its line i and column j. */
static LS_ALWAYS_INLINE int tap_of(int side, ls_phase phase, int i, int j)
{
    return 3 * ls_phase_weight(side, phase.single_line, i) +
           ls_phase_weight(side, phase.single_column, j);
}

static void take_taps(const ls_conv *s, int side, bool transposed, int row, int column,
                      const float *w, taps *out)
{
    int rows = (transposed ? s->o : s->c) - row;
    int columns = (transposed ? s->c : s->o) - column;
    rows = rows < SQUARE ? rows : SQUARE;
    columns = columns < SQUARE ? columns : SQUARE;
    if (rows < SQUARE || columns < SQUARE) {
        memset(out, 0, sizeof *out);
    }
    const strides step = strides_of(s, side);
    int64_t row_step = transposed ? step.o : step.c;
    int64_t column_step = transposed ? step.c : step.o;
    w += row * row_step + column * column_step;
    bool is_square = transposed && rows == SQUARE && columns == SQUARE;
    for (int tap = 0; tap < 9; tap++, w += step.tap) {
        if (is_square) {
            ls_turn(SQUARE, SQUARE, w, column_step, out->w[tap][0], SQUARE);
            continue;
        }
        for (int i = 0; i < rows; i++) {
            const float *from = w + i * row_step;
            if (column_step == 1) {
                memcpy(out->w[tap][i], from, sizeof *from * (size_t)columns);
                continue;
            }
            for (int j = 0; j < columns; j++) {
                out->w[tap][i][j] = from[j * column_step];
            }
        }
    }
}

/* Weights and their gradients are met a panel at a time, far apart. They are asked for some rows
 * ahead: a quarter of the time of to_weights in a step of a Zen 5. */
#define ROWS_AHEAD 6

static LS_ALWAYS_INLINE void ask_for_taps(const float *w, int64_t tap)
{
    for (int t = 0; t < 9; t++) {
        ls_ask_for_panel(w + t * tap);
    }
}

/* u = G g G^T of one vector in phase k; taps of w are `tap` floats apart. */
static LS_ALWAYS_INLINE void of_weights(int side, int k, bool transposed, const float *w,
                                        int64_t tap, float *u, ls_frequencies at)
{
    const ls_phase phase = ls_phase_at(k);
    ls_vec half[TAPS_MAX * LS_SIDE_MAX]; /* [side, TAPS_MAX] */
    for (int j = 0; j < ls_phase_taps(side, phase.single_column); j++) {
        ls_vec column[TAPS_MAX] = {ls_vec_splat(0.0F), ls_vec_splat(0.0F), ls_vec_splat(0.0F)};
        for (int i = 0; i < ls_phase_taps(side, phase.single_line); i++) {
            column[i] = ls_vec_load(w + tap_of(side, phase, i, j) * tap);
        }
        line_of_weights(side, column, 1, half + j, TAPS_MAX);
    }
    for (int i = 0; i < ls_phase_side(side, phase.single_line); i++) {
        ls_vec line[LS_SIDE_MAX];
        if (phase.single_column) {
            half[TAPS_MAX * i + 1] = ls_vec_splat(0.0F);
        }
        line_of_weights(side, half + TAPS_MAX * i, 1, line, 1);
        for (int j = 0; j < ls_phase_side(side, phase.single_column); j++) {
            int before = transposed ? ls_phase_rank(side, phase, j) : k; /* phases */
            ls_vec_store(u + (side * i + j) * at.pitch + before * at.phase, line[j]);
        }
    }
}

/* Some rows of weights, of LS_PANEL columns, asked for `ahead` if they lie where they belong.
 * `tap`, `row`: floats of w from one to the next. */
static LS_ALWAYS_INLINE void rows_of_weights(int side, bool transposed, bool ahead, int rows,
                                             const float *w, int64_t tap, int64_t row, float *u,
                                             ls_frequencies at)
{
    for (int r = 0; r < rows; r++, w += row, u += LS_PANEL) {
        if (ahead) {
            ask_for_taps(w + ROWS_AHEAD * row, tap);
        }
        for (int o = 0; o < LS_PANEL; o += LS_VEC) {
            LS_FORGET(at.pitch);
            LS_UNROLL
            for (int k = 0; k < ls_phases(side); k++) {
                of_weights(side, k, transposed, w + o, tap, u + o, at);
            }
        }
    }
}

static LS_ALWAYS_INLINE void all_of_weights(int side, const ls_conv *s, bool transposed,
                                            const float *w, float *u)
{
    const ls_frequencies at = ls_weight_frequencies(s, side, transposed);
    const strides step = strides_of(s, side);
    int rows = transposed ? ls_panels_width(s->o) : s->c;
    int columns = transposed ? s->c : s->o;
    for (int column = 0; column < columns;
         column += LS_PANEL, u += ls_weight_panel(s, side, transposed)) {
        if (!transposed && columns - column >= LS_PANEL) {
            rows_of_weights(side, false, true, rows, w + column, step.tap, step.c, u, at);
            continue;
        }
        for (int row = 0; row < rows; row += SQUARE) {
            taps some;
            take_taps(s, side, transposed, row, column, w, &some);
            rows_of_weights(side, transposed, false, rows - row < SQUARE ? rows - row : SQUARE,
                            some.w[0][0], (int64_t)SQUARE * SQUARE, SQUARE,
                            u + (int64_t)row * LS_PANEL, at);
        }
    }
}

#define OF_WEIGHTS(side)                                                                           \
    case side:                                                                                     \
        all_of_weights(side, s, transposed, w, u);                                                 \
        break;

void ls_tiles_of_weights(const ls_conv *s, int side, bool transposed, const float *w, float *u)
{
    switch (side) {
        LS_EACH_SIDE(OF_WEIGHTS)
    }
}

/* dw += G^T du G of one vector, of which the first `part` exist. */
static LS_ALWAYS_INLINE void to_weights(int side, ls_phase phase, int part, const float *du,
                                        int64_t pitch, float *dw, int64_t tap)
{
    const int lines = ls_phase_side(side, phase.single_line);
    const int columns = ls_phase_side(side, phase.single_column);
    ls_vec half[TAPS_MAX * LS_SIDE_MAX]; /* [TAPS_MAX, side] */
    for (int j = 0; j < columns; j++) {
        ls_vec column[LS_SIDE_MAX];
        column[side - 1] = ls_vec_splat(0.0F); /* of infinity, where the phase has none */
        for (int i = 0; i < lines; i++) {
            column[i] = ls_vec_load(du + (side * i + j) * pitch);
        }
        line_to_weights(side, column, 1, half + j, side);
    }
    for (int i = 0; i < ls_phase_taps(side, phase.single_line); i++) {
        ls_vec line[TAPS_MAX];
        if (columns < side) {
            half[side * i + side - 1] = ls_vec_splat(0.0F);
        }
        line_to_weights(side, half + side * i, 1, line, 1);
        for (int j = 0; j < ls_phase_taps(side, phase.single_column); j++) {
            float *to = dw + tap_of(side, phase, i, j) * tap;
            ls_vec_store_some(to, part, ls_vec_load_some(to, part) + line[j]);
        }
    }
}

static LS_ALWAYS_INLINE void all_to_weights(int side, ls_phase phase, const ls_conv *s, int out,
                                            const float *du, int64_t pitch, float *dw)
{
    const strides step = strides_of(s, side);
    int width = s->o - out < LS_PANEL ? s->o - out : LS_PANEL;
    dw += out;
    for (int c = 0; c < s->c; c++, du += LS_PANEL, dw += step.c) {
        ask_for_taps(dw + ROWS_AHEAD * step.c, step.tap);
        for (int o = 0; o < width; o += LS_VEC) {
            LS_FORGET(pitch);
            int part = ls_tile_part(width, o);
            if (part == LS_VEC) {
                to_weights(side, phase, LS_VEC, du + o, pitch, dw + o, step.tap);
            } else {
                to_weights(side, phase, part, du + o, pitch, dw + o, step.tap);
            }
        }
    }
}

#define TO_WEIGHTS(side, phase)                                                                    \
    case (side)*LS_PHASES_MAX + (phase):                                                           \
        all_to_weights(side, ls_phase_at(phase), s->conv, out, du, pitch, dw);                     \
        break;

void ls_tiles_to_weights(const ls_tiling *s, int phase, int out, const float *du, int64_t pitch,
                         float *dw)
{
    switch (s->side * LS_PHASES_MAX + phase) {
        LS_EACH_PHASE(TO_WEIGHTS)
    }
}
