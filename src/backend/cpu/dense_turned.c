/* dx^T = W dy^T: images lie side by side in vectors, and the weights are read as they lie. Each sum
 * goes through the outputs one after another, as over packed weights: the same bits. Measured on a
 * Zen 5 with AVX2 for 16 x 2048 x 128 and 16 x 128 x 2048: 72 us beside 68 over packed weights,
 * whose packing takes 40 from the cache and 130 in a step. With AVX-512, whose vector has all 16
 * images, 48 and 55 beside 34. */
#include "dense_turned.h"

#include "sums.h"
#include "transpose.h"

/* Inputs whose sums are made before they are turned into dx: whole tiles, and whole vectors. */
#define ROWS  LS_PRODUCT_ROWS
#define CHUNK (4 * LS_PRODUCT_ROWS)
_Static_assert(CHUNK % ROWS == 0 && CHUNK % LS_VEC == 0, "a chunk is made of tiles and squares");

/* Outputs whose turned gradients stay in the nearest cache. */
#define DEPTH 256

static int part_of(int left)
{
    return left < LS_VEC ? left : LS_VEC;
}

static void turn_part(int rows, int columns, const float *from, int64_t from_line, float *to,
                      int64_t to_line)
{
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            to[j * to_line + i] = from[i * from_line + j];
        }
    }
}

/* to[j][i] = from[i][j] for i < rows, j < columns */
static void turn(int rows, int columns, const float *from, int64_t from_line, float *to,
                 int64_t to_line)
{
    for (int i = 0; i < rows; i += LS_VEC) {
        for (int j = 0; j < columns; j += LS_VEC) {
            const float *square = from + i * from_line + j;
            float *turned = to + j * to_line + i;
            if (rows - i >= LS_VEC && columns - j >= LS_VEC) {
                ls_transpose(square, from_line, turned, to_line);
            } else {
                turn_part(part_of(rows - i), part_of(columns - j), square, from_line, turned,
                          to_line);
            }
        }
    }
}

/* sums[row][0..wide) += sum_k w[row][k] dy[k][0..wide); the rows of the next tile are asked for. */
static LS_ALWAYS_INLINE void add_tile(int rows, int vectors, int depth, const float *w,
                                      int64_t pitch, const float *dy, float *sums)
{
    ls_vec sum[ROWS][2];
    LS_UNROLL
    for (int k = 0; k < rows * vectors; k++) {
        sum[k / vectors][k % vectors] = ls_vec_load(sums + k * LS_VEC);
    }
    for (int first = 0; first < depth; first += LS_LINE_FLOATS) {
        const int end = depth - first < LS_LINE_FLOATS ? depth : first + LS_LINE_FLOATS;
        LS_UNROLL
        for (int r = 0; r < rows; r++) {
            __builtin_prefetch(w + (rows + r) * pitch + first);
        }
        LS_UNROLL_4
        for (int k = first; k < end; k++, dy += vectors * LS_VEC) {
            ls_vec given[2];
            LS_UNROLL
            for (int v = 0; v < vectors; v++) {
                given[v] = ls_vec_load(dy + v * LS_VEC);
            }
            LS_UNROLL
            for (int r = 0; r < rows; r++) {
                const ls_vec factor = ls_vec_splat(w[r * pitch + k]);
                LS_UNROLL
                for (int v = 0; v < vectors; v++) {
                    sum[r][v] = ls_vec_fma(factor, given[v], sum[r][v]);
                }
            }
        }
    }
    LS_UNROLL
    for (int k = 0; k < rows * vectors; k++) {
        ls_vec_store(sums + k * LS_VEC, sum[k / vectors][k % vectors]);
    }
}

#define ADD(rows)                                                                                  \
    case rows:                                                                                     \
        add_tile(rows, vectors, depth, w, pitch, dy, sums);                                        \
        break;

static LS_ALWAYS_INLINE void add_rows(int rows, int vectors, int depth, const float *w,
                                      int64_t pitch, const float *dy, float *sums)
{
    for (; rows > 0; rows -= ROWS, w += ROWS * pitch, sums += ROWS * vectors * LS_VEC) {
        switch (rows < ROWS ? rows : ROWS) {
            LS_JOIN(LS_UP_TO, LS_PRODUCT_ROWS)(ADD)
        }
    }
}

/* Some images, in rows of `wide` floats, LS_VEC or LS_PANEL, and outputs [first, end). */
typedef struct block {
    int images, wide;
    int first, end;
} block;

/* dx[images, rows] = or, behind the first outputs, += from w[rows, outputs] and dy[outputs, wide].
 */
static void take_chunk(block b, int rows, const float *w, int64_t pitch, const float *dy, float *dx,
                       int64_t dx_line)
{
    float sums[CHUNK * LS_PANEL] = {0.0F};
    if (b.first > 0) {
        turn(b.images, rows, dx, dx_line, sums, b.wide);
    }
    if (b.wide == LS_PANEL) {
        add_rows(rows, 2, b.end - b.first, w, pitch, dy, sums);
    } else {
        add_rows(rows, 1, b.end - b.first, w, pitch, dy, sums);
    }
    turn(rows, b.images, sums, b.wide, dx, dx_line);
}

/* dx of some inputs; w, dx: of the first of them */
static void take_block(block b, int inputs, const float *w, int64_t pitch, const float *dy,
                       float *dx, int64_t dx_line)
{
    float turned[DEPTH * LS_PANEL] = {0.0F};
    turn(b.images, b.end - b.first, dy + b.first, pitch, turned, b.wide);
    for (int i = 0; i < inputs; i += CHUNK) {
        const int rows = inputs - i < CHUNK ? inputs - i : CHUNK;
        take_chunk(b, rows, w + i * pitch + b.first, pitch, turned, dx + i, dx_line);
    }
}

/* Inputs whose weights of one block stay in the second cache while all images go by. */
#define INPUTS (20 * CHUNK)

void ls_dense_turned_dx(int n, int in, int out, const float *w, const float *dy, float *dx)
{
    const int most = n > LS_PANEL ? INPUTS : in;
    for (int low = 0; low < in; low += most) {
        const int inputs = in - low < most ? in - low : most;
        const float *rows = w + (int64_t)low * out;
        for (int done = 0; done < n; done += LS_PANEL) {
            const int left = n - done;
            block b = {.images = left < LS_PANEL ? left : LS_PANEL,
                       .wide = left > LS_VEC ? LS_PANEL : LS_VEC};
            for (; b.first < out; b.first = b.end) {
                b.end = out - b.first < DEPTH ? out : b.first + DEPTH;
                take_block(b, inputs, rows, out, dy + (int64_t)done * out,
                           dx + (int64_t)done * in + low, in);
            }
        }
    }
}
