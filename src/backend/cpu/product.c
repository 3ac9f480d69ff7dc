/* The two small products that all convolutions are made of: for each number of rows a version of
 * its own, in which the compiler keeps all sums in registers. Measured on a Zen 5 on the network's
 * shapes they win 13 to 55 % over OpenBLAS with AVX2; with AVX-512 0 to 5 % on Winograd's shapes
 * and a factor of two on the dense layers' (docs/performance.md). */
#include "product.h"
#include "xsmm.h"

static LS_ALWAYS_INLINE void product(int rows, const ls_runs *runs, const float *const *x,
                                     const float *panel, const float *bias, float *const *y)
{
    ls_vec sums[LS_PRODUCT_ROWS][2];
    const float *at[LS_PRODUCT_ROWS];
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = ls_vec_load(bias);
        sums[r][1] = ls_vec_load(bias + LS_VEC);
        at[r] = x[r];
    }
    ls_product_runs(rows, runs, at, panel, sums);
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_vec_store(y[r], sums[r][0]);
        ls_vec_store(y[r] + LS_VEC, sums[r][1]);
    }
}

static LS_ALWAYS_INLINE void outer(int rows, const ls_places *s, const float *a, const float *b,
                                   ls_sums out)
{
    ls_vec sums[LS_OUTER_ROWS][2];
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = out.add ? ls_vec_load(out.to + r * out.pitch) : ls_vec_splat(0.0f);
        sums[r][1] = out.add ? ls_vec_load(out.to + r * out.pitch + LS_VEC) : ls_vec_splat(0.0f);
    }
    for (int image = 0; image < s->images; image++, a += s->a_image, b += s->b_image) {
        const float *from_line = a;
        const float *with_line = b;
        for (int line = 0; line < s->lines; line++) {
            ls_outer_line(rows, s->columns, from_line, s->a_column, with_line, s->b_column, 0,
                          sums);
            from_line += s->a_line;
            with_line += s->b_line;
        }
    }
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_vec_store(out.to + r * out.pitch, sums[r][0]);
        ls_vec_store(out.to + r * out.pitch + LS_VEC, sums[r][1]);
    }
}

/* Tiles below one another. */
static LS_ALWAYS_INLINE void outer_tiles(int rows, int tiles, const ls_places *places,
                                         const float *a, const float *b, ls_sums sums)
{
    for (int t = 0; t < tiles; t++, a += rows, sums.to += rows * sums.pitch) {
        outer(rows, places, a, b, sums);
    }
}

static LS_ALWAYS_INLINE void product_tiles(int rows, int tiles, const ls_runs *runs, ls_row_run at,
                                           const float *panel, const float *bias)
{
    for (int t = 0; t < tiles; t++) {
        const float *x[LS_PRODUCT_ROWS];
        float *y[LS_PRODUCT_ROWS];
        LS_UNROLL
        for (int r = 0; r < rows; r++, at.x += at.x_pitch, at.y += at.y_pitch) {
            x[r] = at.x;
            y[r] = at.y;
        }
        product(rows, runs, x, panel, bias, y);
    }
}

#define PRODUCT_TILES(rows)                                                                        \
    case rows:                                                                                     \
        product_tiles(rows, tiles, runs, at, panel, bias);                                         \
        break;
#define PRODUCT(rows)                                                                              \
    case rows:                                                                                     \
        product(rows, runs, x, panel, bias, y);                                                    \
        break;
#define OUTER(rows)                                                                                \
    case rows:                                                                                     \
        outer_tiles(rows, tiles, places, a, b, sums);                                              \
        break;

void ls_product(int rows, const ls_runs *runs, const float *const *x, const float *panel,
                const float *bias, float *const *y)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_PRODUCT_ROWS)(PRODUCT)
    }
}

static void product_equal(int rows, int tiles, const ls_runs *runs, ls_row_run at,
                          const float *panel, const float *bias)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_PRODUCT_ROWS)(PRODUCT_TILES)
    }
}

/* Rows in near equal tiles of at most `most`: first `longer` tiles of least + 1, `done` rows
 * together, then `others` of least. */
typedef struct division {
    int least, longer, others, done;
} division;

static division divide(int rows, int most)
{
    int tiles = rows > 0 ? (rows + most - 1) / most : 1;
    division d = {.least = rows / tiles, .longer = rows % tiles};
    d.others = tiles - d.longer;
    d.done = d.longer * (d.least + 1);
    return d;
}

void ls_product_rows(int rows, const ls_runs *runs, ls_row_run at, const float *panel,
                     const float *bias)
{
    static const float zeros[LS_PANEL];
    if (bias == NULL && ls_xsmm_product(rows, runs, &at, panel)) {
        return;
    }
    bias = bias != NULL ? bias : zeros;
    const division d = divide(rows, LS_PRODUCT_ROWS);
    product_equal(d.least + 1, d.longer, runs, at, panel, bias);
    at.x += d.done * at.x_pitch;
    at.y += d.done * at.y_pitch;
    product_equal(d.least, d.others, runs, at, panel, bias);
}

static void outer_equal(int rows, int tiles, const ls_places *places, const float *a,
                        const float *b, ls_sums sums)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_OUTER_ROWS)(OUTER)
    }
}

void ls_outer(int rows, const ls_places *places, const float *a, const float *b, ls_sums sums)
{
    if (ls_xsmm_outer(rows, places, a, b, &sums)) {
        return;
    }
    const division d = divide(rows, LS_OUTER_ROWS);
    outer_equal(d.least + 1, d.longer, places, a, b, sums);
    sums.to += d.done * sums.pitch;
    outer_equal(d.least, d.others, places, a + d.done, b, sums);
}

/* Tiles that do not lie in dw as their sums do go through a buffer. */
static void outer_part(const ls_places *places, const float *b, int width, const ls_side *row,
                       const ls_side *column, float *dw)
{
    float tile[LS_OUTER_ROWS * LS_PANEL] = {0.0F}; /* what linters can't see: ls_outer assigns */
    for (int done = 0; done < row->count; done += LS_OUTER_ROWS) {
        int rows = row->count - done < LS_OUTER_ROWS ? row->count - done : LS_OUTER_ROWS;
        ls_outer(rows, places, row->first + done, b, (ls_sums){.to = tile, .pitch = LS_PANEL});
        for (int r = 0; r < rows; r++) {
            float *to = dw + (done + r) * row->gradient;
            for (int o = 0; o < width; o++) {
                to[o * column->gradient] += tile[r * LS_PANEL + o];
            }
        }
    }
}

void ls_outer_add(const ls_places *places, const ls_side *row, const ls_side *column, float *dw)
{
    for (int o = 0; o < column->count; o += LS_PANEL) {
        int width = column->count - o < LS_PANEL ? column->count - o : LS_PANEL;
        const float *b = column->first + o;
        float *to = dw + o * column->gradient;
        if (width == LS_PANEL && column->gradient == 1) {
            ls_outer(row->count, places, row->first, b,
                     (ls_sums){.to = to, .pitch = row->gradient, .add = true});
        } else {
            outer_part(places, b, width, row, column, to);
        }
    }
}
