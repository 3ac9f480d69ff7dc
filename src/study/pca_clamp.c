/* The error of reconstructions clamped to [0, 1], which no moments tell: every test image is
 * projected, and drawn again with more and more of its components. */
#include "pca_private.h"

#include "lockstep/backend/symmetric.h"
#include "lockstep/base/sum.h"

#include <math.h>
#include <string.h>

typedef struct drawing {
    ls_pca *pca;
    double *x;     /* [LANE, n] images less the mean */
    double *codes; /* [LANE, k] */
    double *y;     /* [LANE, n] reconstructions */
    ls_sum sums[LS_PCA_SIZES];
    ls_arena memory; /* owned */
} drawing;

static ls_status reserve(drawing *d)
{
    size_t image = LS_PCA_LANE * sizeof(double) * (size_t)d->pca->values;
    size_t x = ls_arena_plan(&d->memory, image);
    size_t y = ls_arena_plan(&d->memory, image);
    size_t codes =
        ls_arena_plan(&d->memory, LS_PCA_LANE * sizeof(double) * (size_t)d->pca->components);
    LS_TRY(ls_arena_reserve(&d->memory, "reconstructions"));
    d->x = ls_arena_at(&d->memory, x);
    d->y = ls_arena_at(&d->memory, y);
    d->codes = ls_arena_at(&d->memory, codes);
    return LS_OK;
}

/* pixels, y: [n] */
static double clamped_error(int n, const uint8_t *pixels, const double *y)
{
    double sum = 0;
    for (int j = 0; j < n; j++) {
        double rest = fmin(fmax(y[j], 0.0), 1.0) - pixels[j] / 255.0;
        sum += rest * rest;
    }
    return sum / n;
}

/* pixels: [count, n] */
static void measure_lane(drawing *d, int count, const uint8_t *pixels)
{
    const ls_pca *pca = d->pca;
    int n = pca->values;
    for (int i = 0; i < count * n; i++) {
        d->y[i] = pca->mean[i % n];
        d->x[i] = pixels[i] / 255.0 - d->y[i];
    }
    ls_vectors_project(count, n, pca->components, d->x, pca->vectors, d->codes);
    int drawn = 0;
    for (int s = 0; s < pca->size_count; s++) {
        ls_vectors_add(count, n, pca->components, d->codes, drawn, pca->sizes[s] - drawn,
                       pca->vectors, d->y);
        drawn = pca->sizes[s];
        for (int i = 0; i < count; i++) {
            size_t at = (size_t)i * (size_t)n;
            ls_sum_add(&d->sums[s], clamped_error(n, pixels + at, d->y + at));
        }
    }
}

static ls_status conclude(drawing *d, ls_comm *comm)
{
    ls_pca *pca = d->pca;
    int64_t words[LS_PCA_SIZES * LS_SUM_WORDS];
    memcpy(words, d->sums, sizeof words);
    LS_TRY(ls_comm_sum_i64(comm, words, LS_PCA_SIZES * LS_SUM_WORDS));
    memcpy(d->sums, words, sizeof words);
    for (int s = 0; s < pca->size_count; s++) {
        ls_sum sum = {0};
        ls_sum_merge(&sum, &d->sums[s]); /* words added by an allreduce become a sum again */
        int64_t images = pca->images[LS_TEST];
        pca->clamped[s] = images > 0 ? ls_sum_value(&sum) / (double)images : (double)NAN;
    }
    return LS_OK;
}

ls_status ls_pca_measure_clamped(ls_pca *pca, int64_t images, const uint8_t *pixels, ls_comm *comm)
{
    drawing d = {.pca = pca};
    ls_status status = ls_comm_agree(comm, reserve(&d));
    for (int64_t i = 0; status == LS_OK && i < images; i += LS_PCA_LANE) {
        int count = images - i < LS_PCA_LANE ? (int)(images - i) : LS_PCA_LANE;
        measure_lane(&d, count, pixels + i * pca->values);
    }
    if (status == LS_OK) {
        status = conclude(&d, comm);
    }
    ls_arena_release(&d.memory);
    return status;
}
