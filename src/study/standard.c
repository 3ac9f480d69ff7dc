/* Standardising features. Means over all images are sums of blocks' sums, each divided by the
 * value's largest magnitude so that an exact sum's quantum is small beside it. */
#include "features.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/sum.h"

#include <math.h>
#include <string.h>

#define TINY            1e-30      /* of a magnitude: as good as 0 */
#define LEAST_DEVIATION 0x1p-20    /* of a value's magnitude */
#define INFINITE_BITS   0x7f800000 /* of float32; NaNs are above */

/* [values] each. */
typedef struct moments {
    int64_t *largest; /* the bits of the largest magnitude: ordered as magnitudes are */
    ls_sum *sums;
    double *magnitude; /* the largest */
    double *inverse;   /* 1 / magnitude, or 0 */
    double *block;     /* sums of a block */
    double *mean;      /* of x / magnitude, or of its square */
    double *before;    /* the magnitude before centring */
    ls_arena arena;    /* owns all of it */
} moments;

static ls_status reserve(moments *m, int values)
{
    size_t count = (size_t)values;
    size_t at[7];
    for (int i = 0; i < 7; i++) {
        at[i] = ls_arena_plan(&m->arena, count * (i == 0 ? sizeof(ls_sum) : sizeof(double)));
    }
    LS_TRY(ls_arena_reserve(&m->arena, "the moments of features"));
    m->sums = ls_arena_at(&m->arena, at[0]);
    m->largest = ls_arena_at(&m->arena, at[1]);
    m->magnitude = ls_arena_at(&m->arena, at[2]);
    m->inverse = ls_arena_at(&m->arena, at[3]);
    m->block = ls_arena_at(&m->arena, at[4]);
    m->mean = ls_arena_at(&m->arena, at[5]);
    m->before = ls_arena_at(&m->arena, at[6]);
    return LS_OK;
}

/* Collective. The largest magnitude of each value over all images. */
static ls_status find_largest(moments *m, const ls_features *f, ls_comm *comm)
{
    memset(m->largest, 0, sizeof *m->largest * (size_t)f->values);
    const float *x = f->x;
    for (int64_t i = 0; i < f->count; i++, x += f->values) {
        for (int v = 0; v < f->values; v++) {
            uint32_t bits;
            memcpy(&bits, x + v, sizeof bits);
            int64_t magnitude = bits & 0x7fffffffU;
            m->largest[v] = magnitude > m->largest[v] ? magnitude : m->largest[v];
        }
    }
    LS_TRY(ls_comm_max_i64(comm, m->largest, (size_t)f->values));
    for (int v = 0; v < f->values; v++) {
        LS_REQUIRE(m->largest[v] < INFINITE_BITS, LS_BAD_INPUT,
                   "feature %d of an image is not a finite number: the model has diverged", v);
        uint32_t bits = (uint32_t)m->largest[v];
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        m->magnitude[v] = (double)magnitude;
        m->inverse[v] = m->magnitude[v] > TINY ? 1 / m->magnitude[v] : 0;
    }
    return LS_OK;
}

static void add_block(moments *m, const ls_feature_block *block, int values, bool squares)
{
    memset(m->block, 0, sizeof *m->block * (size_t)values);
    const float *x = block->x;
    for (int i = 0; i < block->n; i++, x += values) {
        for (int v = 0; v < values; v++) {
            double scaled = (double)x[v] * m->inverse[v];
            m->block[v] += squares ? scaled * scaled : scaled;
        }
    }
    for (int v = 0; v < values; v++) {
        ls_sum_add(&m->sums[v], m->block[v]);
    }
}

/* Collective. Means of x / magnitude, or of its square, over all images. */
static ls_status find_means(moments *m, const ls_features *f, ls_comm *comm, bool squares)
{
    LS_TRY(find_largest(m, f, comm));
    memset(m->sums, 0, sizeof *m->sums * (size_t)f->values);
    for (int64_t b = 0; b < ls_features_blocks(f); b++) {
        ls_feature_block block = ls_features_block(f, b);
        add_block(m, &block, f->values, squares);
    }
    LS_TRY(ls_comm_sum_i64(comm, (int64_t *)m->sums, (size_t)f->values * LS_SUM_WORDS));
    for (int v = 0; v < f->values; v++) {
        ls_sum sum = {0};
        ls_sum_merge(&sum, &m->sums[v]);
        m->mean[v] = ls_sum_value(&sum) / (double)f->images;
    }
    return LS_OK;
}

static void subtract(const ls_features *f, const float *mean)
{
    float *x = f->x;
    for (int64_t i = 0; i < f->count; i++, x += f->values) {
        for (int v = 0; v < f->values; v++) {
            x[v] -= mean[v];
        }
    }
}

static void multiply(const ls_features *f, const float *factor)
{
    float *x = f->x;
    for (int64_t i = 0; i < f->count; i++, x += f->values) {
        for (int v = 0; v < f->values; v++) {
            x[v] *= factor[v];
        }
    }
}

static ls_status fit(moments *m, ls_standard *out, ls_features *f, ls_comm *comm)
{
    LS_TRY(find_means(m, f, comm, false));
    for (int v = 0; v < f->values; v++) {
        out->mean[v] = (float)(m->mean[v] * m->magnitude[v]);
        m->before[v] = m->magnitude[v];
    }
    subtract(f, out->mean);
    LS_TRY(find_means(m, f, comm, true));
    for (int v = 0; v < f->values; v++) {
        double deviation = m->magnitude[v] * sqrt(m->mean[v]);
        bool varies = deviation > LEAST_DEVIATION * m->before[v] && m->inverse[v] > 0;
        out->factor[v] = varies ? (float)(1 / deviation) : 0;
    }
    multiply(f, out->factor);
    return LS_OK;
}

static ls_status reserve_standard(ls_standard *out, int values)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, 2 * sizeof(float) * (size_t)values, "the means of features"));
    out->mean = memory;
    out->factor = out->mean + values;
    return LS_OK;
}

ls_status ls_standard_fit(ls_standard *out, ls_features *features, ls_comm *comm)
{
    *out = (ls_standard){0};
    moments m = {0};
    ls_status status = reserve_standard(out, features->values);
    if (status == LS_OK) {
        status = reserve(&m, features->values);
    }
    status = ls_comm_agree(comm, status);
    if (status == LS_OK) {
        status = fit(&m, out, features, comm);
    }
    ls_arena_release(&m.arena);
    return status;
}

ls_status ls_standard_apply(const ls_standard *standard, ls_features *features)
{
    subtract(features, standard->mean);
    multiply(features, standard->factor);
    int64_t count = features->count * features->values;
    for (int64_t i = 0; i < count; i++) {
        LS_REQUIRE(isfinite(features->x[i]), LS_BAD_INPUT,
                   "image %lld: a feature is not a finite number: the model has diverged",
                   (long long)(features->first + i / features->values));
    }
    return LS_OK;
}

void ls_standard_free(ls_standard *standard)
{
    ls_free(standard->mean);
    *standard = (ls_standard){0};
}
