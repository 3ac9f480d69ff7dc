/* Principal components from the exact covariance, and what they leave of each split:
 *
 *   MSE(k) = (tr C + |d|^2 - sum over i <= k of (v_i C v_i + (v_i d)^2)) / n,
 *
 * with C the split's covariance and d its mean less the training images'. Of the training images d
 * is 0 and v_i C v_i the i-th eigenvalue.
 */
#include "lockstep/study/pca.h"

#include "moments.h"
#include "pca_private.h"
#include "share.h"

#include "lockstep/backend/symmetric.h"
#include "lockstep/base/log.h"
#include "lockstep/data/dataset.h"
#include "lockstep/train/engine.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* What the fit needs on the way. */
typedef struct fit {
    ls_pca *pca;
    const ls_config *config;
    ls_comm *comm;
    ls_moments moments[LS_SPLIT_COUNT];
    ls_source_range test;     /* this rank's test images */
    uint8_t *pixels, *labels; /* [test.count, n], [test.count] */
    ls_arena memory;          /* owned: they */
    double *covariance;       /* [n, n] upper triangle: of one split after the other; owned */
} fit;

/* --- memory ----------------------------------------------------------------------------------- */

static ls_status check_size(ls_shape shape, int components, int64_t images)
{
    char text[LS_SHAPE_CHARS];
    ls_shape_text(shape, text);
    int64_t values = ls_shape_count(shape);
    LS_REQUIRE(values <= LS_PCA_VALUES, LS_BAD_INPUT,
               "pca: images of %s have %" PRId64 " values: at most %d can be analysed", text,
               values, LS_PCA_VALUES);
    LS_REQUIRE(components >= 1 && components <= values, LS_BAD_INPUT,
               "pca: %d components: images of %s have 1 to %" PRId64, components, text, values);
    LS_REQUIRE(images <= LS_MOMENTS_IMAGES, LS_BAD_INPUT,
               "pca: %" PRId64 " images: at most %" PRId64 " can be analysed; set data.limit",
               images, LS_MOMENTS_IMAGES);
    return LS_OK;
}

static ls_status reserve(ls_pca *pca, ls_shape shape, int components)
{
    pca->shape = shape;
    pca->components = components;
    pca->values = (int)ls_shape_count(shape);
    for (int size = 1; pca->size_count == 0 || pca->sizes[pca->size_count - 1] < components;
         size *= 2) {
        pca->sizes[pca->size_count++] = size < components ? size : components;
    }
    size_t n = (size_t)pca->values;
    size_t k = (size_t)components;
    ls_arena *memory = &pca->memory;
    size_t mean = ls_arena_plan(memory, n * sizeof(double));
    size_t vectors = ls_arena_plan(memory, k * n * sizeof(double));
    size_t variances = ls_arena_plan(memory, k * sizeof(double));
    size_t train = ls_arena_plan(memory, (k + 1) * sizeof(double));
    size_t test = ls_arena_plan(memory, (k + 1) * sizeof(double));
    LS_TRY(ls_arena_reserve(memory, "principal components"));
    pca->mean = ls_arena_at(memory, mean);
    pca->vectors = ls_arena_at(memory, vectors);
    pca->variances = ls_arena_at(memory, variances);
    pca->mse[LS_TRAIN] = ls_arena_at(memory, train);
    pca->mse[LS_TEST] = ls_arena_at(memory, test);
    return LS_OK;
}

static ls_status prepare(fit *f, ls_shape shape, int components, int64_t images)
{
    LS_TRY(check_size(shape, components, images));
    LS_TRY(reserve(f->pca, shape, components));
    return ls_moments_create(&f->moments[LS_TRAIN], f->pca->values);
}

/* --- moments of the splits -------------------------------------------------------------------- */

static ls_status add_train(fit *f, const ls_dataset *data, int components)
{
    ls_moments *moments = &f->moments[LS_TRAIN];
    int64_t images = ls_dataset_train_lanes(data)->images;
    LS_TRY(ls_comm_agree(f->comm, prepare(f, ls_dataset_shape(data), components, images)));
    f->pca->data_digest = ls_dataset_digest(data);
    ls_info("pca: moments of %" PRId64 " training images of %d values", images, f->pca->values);
    ls_comm_note(f->comm, 0, "moments of the training images");
    for (int64_t i = 0; i < ls_dataset_train_images(data); i++) {
        ls_moments_add(moments, ls_dataset_train_pixels(data, i));
    }
    return ls_moments_reduce(moments, f->comm);
}

/* As training would load them, but in one batch: then no rank is without lanes. */
static ls_status measure_train(fit *f, int components)
{
    ls_config config = *f->config;
    config.train_batch = LS_MOMENTS_IMAGES;
    ls_dataset *data;
    LS_TRY(ls_dataset_open(&data, &config, f->comm));
    ls_status status = add_train(f, data, components);
    ls_dataset_close(data);
    return status;
}

static ls_status reserve_test(fit *f)
{
    size_t images = (size_t)f->test.count;
    size_t pixels = ls_arena_plan(&f->memory, images * (size_t)f->pca->values);
    size_t labels = ls_arena_plan(&f->memory, images);
    LS_TRY(ls_arena_reserve(&f->memory, "a share of the test images"));
    f->pixels = ls_arena_at(&f->memory, pixels);
    f->labels = ls_arena_at(&f->memory, labels);
    return ls_moments_create(&f->moments[LS_TEST], f->pca->values);
}

/* Each rank reads a run of whole lanes. */
static ls_status add_test(fit *f, ls_source *source)
{
    int64_t images = ls_source_describe(source)->images[LS_TEST];
    LS_TRY(ls_comm_agree(f->comm, check_size(f->pca->shape, f->pca->components, images)));
    ls_source_range lanes = ls_source_share((images + LS_PCA_LANE - 1) / LS_PCA_LANE,
                                            ls_comm_rank(f->comm), ls_comm_size(f->comm));
    f->test.first = ls_share_least(lanes.first * LS_PCA_LANE, images);
    f->test.count =
        ls_share_least((lanes.first + lanes.count) * LS_PCA_LANE, images) - f->test.first;
    LS_TRY(ls_comm_agree(f->comm, reserve_test(f)));
    LS_TRY(ls_source_read(source, LS_TEST, f->test, f->pixels, f->labels));
    for (int64_t i = 0; i < f->test.count; i++) {
        ls_moments_add(&f->moments[LS_TEST], f->pixels + i * f->pca->values);
    }
    return ls_moments_reduce(&f->moments[LS_TEST], f->comm);
}

static ls_status measure_test(fit *f)
{
    ls_source *source;
    LS_TRY(ls_source_open(&source, f->config, f->comm));
    ls_status status = add_test(f, source);
    ls_source_close(source);
    return status;
}

/* --- components and what they leave ----------------------------------------------------------- */

/* mse[0 .. k] from a split's squares a image about the training mean and what each component takes
 * of them. taken: [k] */
static void set_errors(ls_pca *pca, ls_split split, double squares, const double *taken)
{
    for (int i = 0; i <= pca->components; i++) {
        squares -= i > 0 ? taken[i - 1] : 0.0;
        pca->mse[split][i] = fmax(squares, 0.0) / pca->values; /* rounding may pass 0 */
    }
}

/* Local. */
static ls_status find_components(fit *f)
{
    ls_pca *pca = f->pca;
    ls_moments *moments = &f->moments[LS_TRAIN];
    size_t n = (size_t)pca->values;
    void *memory;
    LS_TRY(ls_alloc(&memory, n * n * sizeof(double), "a covariance matrix"));
    f->covariance = memory;
    ls_info("pca: %d eigenvectors of the covariance", pca->components);
    pca->images[LS_TRAIN] = moments->images;
    ls_moments_mean(moments, NULL, pca->mean);
    double trace = ls_moments_covariance(moments, f->covariance);
    LS_TRY(ls_eigen_symmetric(pca->values, pca->components, f->covariance, pca->variances,
                              pca->vectors));
    set_errors(pca, LS_TRAIN, trace, pca->variances);
    return LS_OK;
}

/* taken: [k]; shift: [n] the test images' mean less that of the training images. */
static ls_status measure_errors(fit *f, double *taken, double *shift)
{
    ls_pca *pca = f->pca;
    const ls_moments *moments = &f->moments[LS_TEST];
    double squares = ls_moments_covariance(moments, f->covariance);
    ls_moments_mean(moments, &f->moments[LS_TRAIN], shift);
    LS_TRY(ls_quadratic_forms(pca->values, pca->components, f->covariance, pca->vectors, taken));
    for (int j = 0; j < pca->values; j++) {
        squares += shift[j] * shift[j];
    }
    for (int i = 0; i < pca->components; i++) {
        const double *v = pca->vectors + (size_t)i * (size_t)pca->values;
        double along = 0;
        for (int j = 0; j < pca->values; j++) {
            along += v[j] * shift[j];
        }
        taken[i] += along * along;
    }
    set_errors(pca, LS_TEST, squares, taken);
    return LS_OK;
}

/* Local. */
static ls_status judge_test(fit *f)
{
    ls_pca *pca = f->pca;
    pca->images[LS_TEST] = f->moments[LS_TEST].images;
    if (pca->images[LS_TEST] == 0) {
        for (int i = 0; i <= pca->components; i++) {
            pca->mse[LS_TEST][i] = (double)NAN;
        }
        return LS_OK;
    }
    ls_arena arena = {0};
    size_t taken = ls_arena_plan(&arena, (size_t)pca->components * sizeof(double));
    size_t shift = ls_arena_plan(&arena, (size_t)pca->values * sizeof(double));
    LS_TRY(ls_arena_reserve(&arena, "the errors of components"));
    ls_status status = measure_errors(f, ls_arena_at(&arena, taken), ls_arena_at(&arena, shift));
    ls_arena_release(&arena);
    return status;
}

/* Every rank does the same with the same numbers: none waits, and nothing has to be sent. */
static ls_status run(fit *f, int components)
{
    LS_TRY(ls_comm_agree(f->comm, ls_engine_find_backend(&f->pca->backend, f->config, f->comm)));
    LS_TRY(measure_train(f, components));
    ls_comm_note(f->comm, 0, "eigenvectors");
    LS_TRY(ls_comm_agree(f->comm, find_components(f)));
    ls_comm_note(f->comm, 0, "moments of the test images");
    LS_TRY(measure_test(f));
    LS_TRY(ls_comm_agree(f->comm, judge_test(f)));
    return ls_pca_measure_clamped(f->pca, f->test.count, f->pixels, f->comm);
}

ls_status ls_pca_fit(ls_pca *out, const ls_config *config, int components, ls_comm *comm)
{
    *out = (ls_pca){0};
    fit f = {.pca = out, .config = config, .comm = comm};
    ls_status status = run(&f, components);
    ls_moments_free(&f.moments[LS_TRAIN]);
    ls_moments_free(&f.moments[LS_TEST]);
    ls_free(f.covariance);
    ls_arena_release(&f.memory);
    return status;
}

void ls_pca_free(ls_pca *pca)
{
    ls_arena_release(&pca->memory);
    *pca = (ls_pca){0};
}

double ls_pca_explained(const ls_pca *pca, int components)
{
    const double *mse = pca->mse[LS_TRAIN];
    return mse[0] > 0 ? 1.0 - mse[components] / mse[0] : 1.0;
}
