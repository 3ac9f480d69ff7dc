/* The two small products that all convolutions are made of: for each number of rows a version of
 * its own, in which the compiler keeps all sums in registers. */
#include "product.h"

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
    for (int run = 0; run < runs->runs; run++) {
        for (int64_t k = 0; k < runs->length; k++, panel += LS_PANEL) {
            ls_vec left = ls_vec_load(panel);
            ls_vec right = ls_vec_load(panel + LS_VEC);
            LS_UNROLL
            for (int r = 0; r < rows; r++) {
                ls_vec factor = ls_vec_splat(at[r][k]);
                sums[r][0] = ls_vec_fma(factor, left, sums[r][0]);
                sums[r][1] = ls_vec_fma(factor, right, sums[r][1]);
            }
        }
        LS_UNROLL
        for (int r = 0; r < rows; r++) {
            at[r] += runs->pitch;
        }
    }
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_vec_store(y[r], sums[r][0]);
        ls_vec_store(y[r] + LS_VEC, sums[r][1]);
    }
}

static LS_ALWAYS_INLINE void outer(int rows, const ls_places *s, const float *a, const float *b,
                                   float *tile)
{
    ls_vec sums[LS_OUTER_ROWS][2];
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = ls_vec_splat(0.0f);
        sums[r][1] = ls_vec_splat(0.0f);
    }
    for (int64_t line = 0; line < (int64_t)s->images * s->lines; line++) {
        const float *from = a + line / s->lines * s->a_image + line % s->lines * s->a_line;
        const float *with = b + line / s->lines * s->b_image + line % s->lines * s->b_line;
        for (int column = 0; column < s->columns; column++) {
            ls_vec left = ls_vec_load(with);
            ls_vec right = ls_vec_load(with + LS_VEC);
            LS_UNROLL
            for (int r = 0; r < rows; r++) {
                ls_vec factor = ls_vec_splat(from[r]);
                sums[r][0] = ls_vec_fma(factor, left, sums[r][0]);
                sums[r][1] = ls_vec_fma(factor, right, sums[r][1]);
            }
            from += s->a_column;
            with += s->b_column;
        }
    }
    LS_UNROLL
    for (int r = 0; r < rows; r++) {
        ls_vec_store(tile + r * LS_PANEL, sums[r][0]);
        ls_vec_store(tile + r * LS_PANEL + LS_VEC, sums[r][1]);
    }
}

#define PRODUCT(rows)                                                                              \
    case rows:                                                                                     \
        product(rows, runs, x, panel, bias, y);                                                    \
        break;
#define OUTER(rows)                                                                                \
    case rows:                                                                                     \
        outer(rows, places, a, b, tile);                                                           \
        break;

void ls_product(int rows, const ls_runs *runs, const float *const *x, const float *panel,
                const float *bias, float *const *y)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_PRODUCT_ROWS)(PRODUCT)
    }
}

void ls_outer(int rows, const ls_places *places, const float *a, const float *b, float *tile)
{
    switch (rows) {
        LS_JOIN(LS_UP_TO, LS_OUTER_ROWS)(OUTER)
    }
}

static void add_tile(int rows, int width, const ls_side *row, const ls_side *column,
                     const float *tile, float *dw)
{
    for (int r = 0; r < rows; r++) {
        float *to = dw + r * row->gradient;
        const float *from = tile + r * LS_PANEL;
        if (column->gradient == 1) {
            for (int o = 0; o < width; o++) {
                to[o] += from[o];
            }
        } else {
            for (int o = 0; o < width; o++) {
                to[o * column->gradient] += from[o];
            }
        }
    }
}

void ls_outer_add(const ls_places *places, const ls_side *row, const ls_side *column, float *dw)
{
    float tile[LS_OUTER_ROWS * LS_PANEL];
    int tiles = (row->count + LS_OUTER_ROWS - 1) / LS_OUTER_ROWS;
    for (int o = 0; o < column->count; o += LS_PANEL) {
        int width = column->count - o < LS_PANEL ? column->count - o : LS_PANEL;
        for (int t = 0; t < tiles; t++) {
            int first = (int)((int64_t)row->count * t / tiles);
            int rows = (int)((int64_t)row->count * (t + 1) / tiles) - first;
            ls_outer(rows, places, row->first + first, column->first + o, tile);
            add_tile(rows, width, row, column, tile,
                     dw + first * row->gradient + o * column->gradient);
        }
    }
}
