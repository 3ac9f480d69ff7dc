/* Convolution by F(4x4, 3x3): transforms around one small product for each frequency. */
#include "winograd.h"

#include "winograd_tiles.h"

/* Tiles of a block: what makes transforms, products and weights share the second-level cache. */
#define BLOCK_TILES 64
/* Floats between frequencies beyond what is needed, so that their streams do not share a cache set.
 */
#define SPREAD   16
#define CHANNELS 32 /* the widest panel of any kernel set */

bool ls_winograd_fits(const ls_conv *s)
{
    return s->kernel == 3 && s->stride == 1 && s->pad == 1 && s->h % LS_TILE == 0 &&
           s->w % LS_TILE == 0 && s->c % CHANNELS == 0 && s->o % CHANNELS == 0;
}

static int image_tiles(const ls_conv *s)
{
    return s->h / LS_TILE * (s->w / LS_TILE);
}

static int block_images(const ls_conv *s)
{
    int images = BLOCK_TILES / image_tiles(s);
    return images > 0 ? images : 1;
}

/* Scratch memory, in floats. */
typedef struct layout {
    int64_t weights;          /* of one frequency: C * O */
    int64_t v_pitch, m_pitch; /* from one frequency to the next */
    int64_t u, ut, du, v, m;  /* where each begins; backward keeps w transposed in u's place */
    int64_t end;
} layout;

static layout layout_of(const ls_conv *s)
{
    layout l = {.weights = (int64_t)s->c * s->o};
    int64_t tiles = (int64_t)block_images(s) * image_tiles(s);
    l.v_pitch = tiles * s->c + SPREAD;
    l.m_pitch = tiles * s->o + SPREAD;
    l.ut = l.u + LS_FREQUENCIES * l.weights;
    l.du = l.ut + LS_FREQUENCIES * l.weights;
    l.v = l.du + LS_FREQUENCIES * l.weights;
    l.m = l.v + LS_FREQUENCIES * l.v_pitch;
    l.end = l.m + LS_FREQUENCIES * l.m_pitch;
    return l;
}

int64_t ls_winograd_floats(const ls_conv *s)
{
    return layout_of(s).end;
}

/* out[t][0..LS_PANEL) = sum_k in[t][k] panel[k][0..LS_PANEL), t < tiles; in: [tiles, depth];
 * rows of out are out_line floats apart. */
static void multiply(int tiles, int depth, const float *in, const float *panel, float *out,
                     int64_t out_line)
{
    static const float zeros[LS_PANEL];
    const ls_runs runs = {.runs = 1, .length = depth};
    for (int t = 0; t < tiles; t += LS_PRODUCT_ROWS) {
        int rows = tiles - t < LS_PRODUCT_ROWS ? tiles - t : LS_PRODUCT_ROWS;
        const float *from[LS_PRODUCT_ROWS];
        float *to[LS_PRODUCT_ROWS];
        for (int r = 0; r < rows; r++) {
            from[r] = in + (int64_t)(t + r) * depth;
            to[r] = out + (t + r) * out_line;
        }
        ls_product(rows, &runs, from, panel, zeros, to);
    }
}

/* Rows of a tile of sums [rows, LS_PANEL] into du: the first block's set it, the others add. */
static void put_tile(const ls_conv *s, int rows, bool is_first, const float *tile, float *du)
{
    for (int r = 0; r < rows; r++, du += s->o, tile += LS_PANEL) {
        for (int k = 0; k < LS_PANEL; k++) {
            du[k] = is_first ? tile[k] : du[k] + tile[k];
        }
    }
}

/* du[c][o] = sum_t v[t][c] m[t][o] in the first block, += in the others */
static void multiply_weights(const ls_conv *s, int tiles, bool is_first, const float *v,
                             const float *m, float *du)
{
    const ls_places places = {
        .images = 1, .lines = 1, .columns = tiles, .a_column = s->c, .b_column = s->o};
    float tile[LS_OUTER_ROWS * LS_PANEL];
    for (int c = 0; c < s->c; c += LS_OUTER_ROWS) {
        int rows = s->c - c < LS_OUTER_ROWS ? s->c - c : LS_OUTER_ROWS;
        for (int o = 0; o < s->o; o += LS_PANEL) {
            ls_outer(rows, &places, v + c, m + o, tile);
            put_tile(s, rows, is_first, tile, du + (int64_t)c * s->o + o);
        }
    }
}

void ls_winograd_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, float *scratch)
{
    const layout l = layout_of(s);
    float *u = scratch + l.u; /* [36, O / LS_PANEL, C, LS_PANEL] */
    float *v = scratch + l.v; /* [36, T, C] */
    float *m = scratch + l.m; /* [36, T, LS_PANEL] */
    int block = block_images(s);
    int64_t pitch = (int64_t)block * image_tiles(s) * LS_PANEL + SPREAD;
    ls_tiles_of_weights(s->c, s->o, w, u);
    for (int k = 0; k < n; k += block) {
        int images = n - k < block ? n - k : block;
        int tiles = images * image_tiles(s);
        ls_tiles_of_input(s, images, x + (int64_t)k * s->h * s->w * s->c, v, l.v_pitch);
        for (int o = 0; o < s->o; o += LS_PANEL) {
            for (int f = 0; f < LS_FREQUENCIES; f++) {
                multiply(tiles, s->c, v + f * l.v_pitch, u + f * l.weights + (int64_t)o * s->c,
                         m + f * pitch, LS_PANEL);
            }
            ls_tiles_to_output(s, images, m, pitch, o, b, y + (int64_t)k * s->p * s->q * s->o);
        }
    }
}

/* wt[3,3,O,C] from w[3,3,C,O], in squares that stay in the nearest cache. */
static void transpose_weights(const ls_conv *s, const float *restrict w, float *restrict wt)
{
    enum { SIDE = 16 };
    for (int tap = 0; tap < 9; tap++, w += s->c * s->o, wt += s->c * s->o) {
        for (int square = 0; square < s->c / SIDE * (s->o / SIDE); square++) {
            int c = square / (s->o / SIDE) * SIDE;
            int o = square % (s->o / SIDE) * SIDE;
            for (int k = 0; k < SIDE * SIDE; k++) {
                wt[(o + k / SIDE) * s->c + c + k % SIDE] = w[(c + k % SIDE) * s->o + o + k / SIDE];
            }
        }
    }
}

/* dv = dm U^T, in the place of v, and dx from it. */
static void backward_input(const ls_conv *s, const layout *l, int images, float *scratch, float *dx)
{
    int tiles = images * image_tiles(s);
    for (int f = 0; f < LS_FREQUENCIES; f++) {
        const float *ut = scratch + l->ut + f * l->weights;
        for (int c = 0; c < s->c; c += LS_PANEL) {
            multiply(tiles, s->o, scratch + l->m + f * l->m_pitch, ut + (int64_t)c * s->o,
                     scratch + l->v + f * l->v_pitch + c, s->c);
        }
    }
    ls_tiles_to_input(s, images, scratch + l->v, l->v_pitch, dx);
}

void ls_winograd_backward(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          float *dx, float *dw, float *db, float *scratch)
{
    const layout l = layout_of(s);
    float *du = scratch + l.du; /* [36, C, O] */
    float *v = scratch + l.v;   /* [36, T, C] */
    float *m = scratch + l.m;   /* [36, T, O] */
    int block = block_images(s);
    int64_t image = (int64_t)s->h * s->w * s->c;
    if (dx != NULL) {
        transpose_weights(s, w, scratch + l.u);
        ls_tiles_of_weights(s->o, s->c, scratch + l.u, scratch + l.ut);
    }
    for (int k = 0; k < n; k += block) {
        int images = n - k < block ? n - k : block;
        ls_tiles_of_output(s, images, dy + (int64_t)k * s->p * s->q * s->o, m, l.m_pitch, db);
        ls_tiles_of_input(s, images, x + k * image, v, l.v_pitch);
        for (int f = 0; f < LS_FREQUENCIES; f++) {
            multiply_weights(s, images * image_tiles(s), k == 0, v + f * l.v_pitch,
                             m + f * l.m_pitch, du + f * l.weights);
        }
        if (dx != NULL) {
            backward_input(s, &l, images, scratch, dx + k * image);
        }
    }
    ls_tiles_to_weights(s, du, dw);
}
