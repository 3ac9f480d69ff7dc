/* Exact moments of images. */
#include "moments.h"

#include "lockstep/backend/symmetric.h"

#include <string.h>

#define CENTRE 128
#define SCALE  255.0 /* a pixel of value 1 */

ls_status ls_moments_create(ls_moments *moments, int values)
{
    *moments = (ls_moments){.values = values};
    ls_arena *memory = &moments->memory;
    size_t n = (size_t)values;
    size_t sums = ls_arena_plan(memory, n * sizeof(int64_t));
    size_t products = ls_arena_plan(memory, ls_triangle_count(values) * sizeof(int64_t));
    size_t block = ls_arena_plan(memory, LS_PRODUCTS_ROWS * n * sizeof(float));
    size_t scratch = ls_arena_plan(memory, ls_products_scratch(values));
    LS_TRY(ls_arena_reserve(memory, "the moments of images"));
    moments->sums = ls_arena_at(memory, sums);
    moments->products = ls_arena_at(memory, products);
    moments->block = ls_arena_at(memory, block);
    moments->scratch = ls_arena_at(memory, scratch);
    return LS_OK;
}

void ls_moments_free(ls_moments *moments)
{
    ls_arena_release(&moments->memory);
    *moments = (ls_moments){0};
}

static void add_block(ls_moments *moments)
{
    ls_products_add(moments->held, moments->values, moments->block, moments->products,
                    moments->scratch);
    moments->held = 0;
}

void ls_moments_add(ls_moments *moments, const uint8_t *pixels)
{
    float *row = moments->block + (size_t)moments->held * (size_t)moments->values;
    for (int i = 0; i < moments->values; i++) {
        int u = (int)pixels[i] - CENTRE;
        moments->sums[i] += u;
        row[i] = (float)u;
    }
    moments->images++;
    if (++moments->held == LS_PRODUCTS_ROWS) {
        add_block(moments);
    }
}

ls_status ls_moments_reduce(ls_moments *moments, ls_comm *comm)
{
    if (moments->held > 0) {
        add_block(moments);
    }
    LS_TRY(ls_comm_sum_i64(comm, &moments->images, 1));
    LS_TRY(ls_comm_sum_i64(comm, moments->sums, (size_t)moments->values));
    return ls_comm_sum_i64(comm, moments->products, ls_triangle_count(moments->values));
}

/* sum / N - sum' / N' as one quotient of whole numbers: exact up to its one division, while N and
 * N' are at most LS_MOMENTS_IMAGES (128 N N' <= 2^55). */
void ls_moments_mean(const ls_moments *moments, const ls_moments *other, double *mean)
{
    for (int i = 0; i < moments->values; i++) {
        int64_t over = moments->sums[i] + CENTRE * moments->images;
        int64_t under = moments->images;
        if (other != NULL) {
            over = moments->sums[i] * other->images - other->sums[i] * moments->images;
            under *= other->images;
        }
        mean[i] = (double)over / ((double)under * SCALE);
    }
}

/* cov(i, j) = (N p(i, j) - s(i) s(j)) / N^2. Both terms are at most 2^14 N^2 <= 2^62, and so is
 * their difference, by the inequality of Cauchy and Schwarz. */
double ls_moments_covariance(const ls_moments *moments, double *a)
{
    int n = moments->values;
    double trace = 0;
    double under = (double)(moments->images * moments->images) * (SCALE * SCALE);
    for (int i = 0; i < n; i++) {
        const int64_t *products = moments->products + ls_triangle_row(n, i);
        double *row = a + (size_t)i * (size_t)n;
        for (int j = i; j < n; j++) {
            int64_t over = moments->images * products[j - i] - moments->sums[i] * moments->sums[j];
            row[j] = (double)over / under;
        }
        trace += row[i];
    }
    return trace;
}
