/* dx^T = W dy^T: images lie side by side in vectors, and the weights are read as they lie. Each sum
 * goes through the outputs one after another, as over packed weights: the same bits. Measured on a
 * Zen 5 with AVX2 for 16 x 2048 x 128 and 16 x 128 x 2048: 67 and 71 us beside 68 and 66 over
 * packed weights, whose packing takes 40 from the cache and 130 in a step. With AVX-512, whose
 * vector has all 16 images, 48 and 55 beside 34 and 33. */
#include "dense_turned.h"

#include "sums.h"
#include "transpose.h"

/* Inputs whose sums are made before they are turned into dx: whole tiles, and whole vectors. */
#define ROWS  LS_PRODUCT_ROWS
#define CHUNK (4 * LS_PRODUCT_ROWS)
_Static_assert(CHUNK % ROWS == 0 && CHUNK % LS_VEC == 0, "a chunk is made of tiles and squares");

/* Outputs whose turned gradients stay in the nearest cache. */
#define DEPTH 256

/* sums[row][0..LS_PANEL) += sum_k w[row][k] dy[k][0..LS_PANEL); the next tile's rows are asked for.
 */
static LS_ALWAYS_INLINE void add_tile(int rows, int depth, const float *w, int64_t pitch,
                                      const float *dy, float *sums)
{
    ls_vec sum[ROWS][2];
    const float *at[ROWS];
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        sum[r][0] = ls_vec_load(sums + r * LS_PANEL);
        sum[r][1] = ls_vec_load(sums + r * LS_PANEL + LS_VEC);
        at[r] = w + r * pitch;
    }
    for (int k = 0; k < depth; k += LS_LINE_FLOATS) {
        const int length = depth - k < LS_LINE_FLOATS ? depth - k : LS_LINE_FLOATS;
        const ls_runs run = {.runs = 1, .length = length, .pitch = length};
        LS_UNROLL
        for (int r = 0; r < rows; r++) {
            __builtin_prefetch(w + (rows + r) * pitch + k);
        }
        ls_product_runs(rows, &run, at, dy + k * LS_PANEL, sum);
    }
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_vec_store(sums + r * LS_PANEL, sum[r][0]);
        ls_vec_store(sums + r * LS_PANEL + LS_VEC, sum[r][1]);
    }
}

#define ADD(rows)                                                                                  \
    case rows:                                                                                     \
        add_tile(rows, depth, w, pitch, dy, sums);                                                 \
        break;

static void add_rows(int rows, int depth, const float *w, int64_t pitch, const float *dy,
                     float *sums)
{
    for (; rows > 0; rows -= ROWS, w += ROWS * pitch, sums += ROWS * LS_PANEL) {
        switch (rows < ROWS ? rows : ROWS) {
            LS_JOIN(LS_UP_TO, LS_PRODUCT_ROWS)(ADD)
        }
    }
}

/* Images, up to LS_PANEL, and outputs [first, end). */
typedef struct block {
    int images, first, end;
} block;

/* dx[images, rows] = or, behind the first outputs, += from w[rows, outputs] and the turned
 * dy[outputs, LS_PANEL]. */
static void take_chunk(block b, int rows, const float *w, int64_t pitch, const float *dy, float *dx,
                       int64_t dx_line)
{
    float sums[CHUNK * LS_PANEL] = {0.0F};
    if (b.first > 0) {
        ls_turn(b.images, rows, dx, dx_line, sums, LS_PANEL);
    }
    add_rows(rows, b.end - b.first, w, pitch, dy, sums);
    ls_turn(rows, b.images, sums, LS_PANEL, dx, dx_line);
}

/* dx of some inputs; w, dx: of the first of them */
static void take_block(block b, int inputs, const float *w, int64_t pitch, const float *dy,
                       float *dx, int64_t dx_line)
{
    float turned[DEPTH * LS_PANEL] = {0.0F};
    ls_turn(b.images, b.end - b.first, dy + b.first, pitch, turned, LS_PANEL);
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
            block b = {.images = n - done < LS_PANEL ? n - done : LS_PANEL};
            for (; b.first < out; b.first = b.end) {
                b.end = out - b.first < DEPTH ? out : b.first + DEPTH;
                take_block(b, inputs, rows, out, dy + (int64_t)done * out,
                           dx + (int64_t)done * in + low, in);
            }
        }
    }
}
