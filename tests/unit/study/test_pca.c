/* Proves that principal components are those of the training images and that their errors are what
 * they say: against each image projected by itself and summed in long double; that images made of
 * two patterns leave nothing with two components; that the checkpoint reconstructs with that error;
 * and which images and sizes count. */
#include "unit/cmocka_all.h"

#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"
#include "lockstep/study/pca.h"
#include "lockstep/study/study.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDE   12
#define VALUES (SIDE * SIDE)
#define TRAIN  50
#define TEST   23
#define LIMIT  40

typedef struct fixture {
    char folder[64]; /* temporary, removed at the end */
    char data[128], checkpoint[128];
    ls_comm *comm;
} fixture;

static int make(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    snprintf(f->folder, sizeof f->folder, "/tmp/lockstep-pca-XXXXXX");
    if (mkdtemp(f->folder) == NULL) {
        return -1;
    }
    snprintf(f->data, sizeof f->data, "%s/data.h5", f->folder);
    snprintf(f->checkpoint, sizeof f->checkpoint, "%s/pca.h5", f->folder);
    return ls_comm_self(&f->comm) == LS_OK ? 0 : -1;
}

static int clean(void **state)
{
    fixture *f = *state;
    ls_file_remove(f->data);
    ls_file_remove(f->checkpoint);
    rmdir(f->folder);
    ls_comm_finish(f->comm);
    free(f);
    return 0;
}

static void configure(ls_config *config, int count, const char *const *more)
{
    static const char *const settings[] = {
        "data.synthetic_train=50",
        "data.synthetic_test=23",
        "data.synthetic_size=12",
        "data.synthetic_channels=1",
    };
    assert_int_equal(ls_config_load(config, NULL, 4, settings), LS_OK);
    assert_int_equal(ls_config_apply_arguments(config, count, more), LS_OK);
}

/* --- against each image by itself ------------------------------------------------------------- */

/* x: [count, VALUES] on [0, 1], the first `count` images of a split */
static void read_images(const fixture *f, const ls_config *config, ls_split split, int count,
                        double *x)
{
    static uint8_t pixels[TRAIN * VALUES], labels[TRAIN];
    ls_source *source;
    assert_int_equal(ls_source_open(&source, config, f->comm), LS_OK);
    ls_source_range range = {0, count};
    assert_int_equal(ls_source_read(source, split, range, pixels, labels), LS_OK);
    ls_source_close(source);
    for (int i = 0; i < count * VALUES; i++) {
        x[i] = pixels[i] / 255.0;
    }
}

/* Mean squared error of x [count, VALUES] less its projection on the first k vectors; with the
 * projections clamped to [0, 1] or as they are. */
static double project(const ls_pca *pca, int k, int count, const double *x, bool clamped)
{
    long double squares = 0;
    for (int i = 0; i < count; i++) {
        long double rest[VALUES];
        for (int j = 0; j < VALUES; j++) {
            rest[j] = (long double)x[i * VALUES + j] - (long double)pca->mean[j];
        }
        for (int c = 0; c < k; c++) {
            long double code = 0;
            for (int j = 0; j < VALUES; j++) {
                code += rest[j] * (long double)pca->vectors[c * VALUES + j];
            }
            for (int j = 0; j < VALUES; j++) {
                rest[j] -= code * (long double)pca->vectors[c * VALUES + j];
            }
        }
        for (int j = 0; j < VALUES; j++) {
            long double pixel = (long double)x[i * VALUES + j];
            long double y = pixel - rest[j];
            y = clamped ? fminl(fmaxl(y, 0), 1) : y;
            squares += (pixel - y) * (pixel - y);
        }
    }
    return (double)(squares / ((long double)count * VALUES));
}

/* The directions of most variance: the covariance maps each to its variance times itself. */
static void assert_eigenvectors(const ls_pca *pca, const double *x)
{
    for (int c = 0; c < pca->components; c++) {
        const double *v = pca->vectors + c * VALUES;
        double image[VALUES] = {0}; /* C v */
        for (int i = 0; i < LIMIT; i++) {
            double code = 0;
            for (int j = 0; j < VALUES; j++) {
                code += (x[i * VALUES + j] - pca->mean[j]) * v[j] / LIMIT;
            }
            for (int j = 0; j < VALUES; j++) {
                image[j] += code * (x[i * VALUES + j] - pca->mean[j]);
            }
        }
        for (int j = 0; j < VALUES; j++) {
            assert_near(image[j], pca->variances[c] * v[j], 1e-12);
        }
        assert_true(c == 0 || pca->variances[c] <= pca->variances[c - 1]);
    }
}

static void errors_are_those_of_projections(void **state)
{
    const fixture *f = *state;
    static ls_config config;
    static double train[LIMIT * VALUES], test[TEST * VALUES];
    ls_pca pca;
    configure(&config, 1, (const char *const[]){"data.limit=40"});
    read_images(f, &config, LS_TRAIN, LIMIT, train);
    read_images(f, &config, LS_TEST, TEST, test);
    assert_int_equal(ls_pca_fit(&pca, &config, 9, f->comm), LS_OK);
    assert_int_equal(pca.images[LS_TRAIN], LIMIT);
    assert_int_equal(pca.images[LS_TEST], TEST);
    for (int j = 0; j < VALUES; j++) {
        double mean = 0;
        for (int i = 0; i < LIMIT; i++) {
            mean += train[i * VALUES + j] / LIMIT;
        }
        assert_near(pca.mean[j], mean, 1e-14);
    }
    assert_eigenvectors(&pca, train);
    for (int k = 0; k <= 9; k++) {
        double mse = project(&pca, k, LIMIT, train, false);
        assert_near(pca.mse[LS_TRAIN][k], mse, 1e-14);
        assert_near(pca.mse[LS_TEST][k], project(&pca, k, TEST, test, false), 1e-14);
        assert_near(ls_pca_explained(&pca, k), 1 - mse / pca.mse[LS_TRAIN][0], 1e-12);
    }
    static const int sizes[] = {1, 2, 4, 8, 9};
    assert_int_equal(pca.size_count, 5);
    for (int i = 0; i < 5; i++) {
        double mse = project(&pca, sizes[i], TEST, test, true);
        assert_int_equal(pca.sizes[i], sizes[i]);
        assert_near(pca.clamped[i], mse, 1e-11);
        assert_true(mse <= pca.mse[LS_TEST][sizes[i]] + 1e-14);
    }
    assert_true(pca.clamped[4] < pca.mse[LS_TEST][9] - 1e-9); /* some outputs did leave [0, 1] */
    ls_pca_free(&pca);
}

static void held_out_images_do_not_count(void **state)
{
    const fixture *f = *state;
    static ls_config config;
    ls_pca all, some;
    configure(&config, 1, (const char *const[]){"data.holdout=15"});
    assert_int_equal(ls_pca_fit(&some, &config, 3, f->comm), LS_OK);
    assert_int_equal(some.images[LS_TRAIN], TRAIN - 15);
    assert_int_equal(some.images[LS_TEST], TEST);
    configure(&config, 0, NULL);
    assert_int_equal(ls_pca_fit(&all, &config, 3, f->comm), LS_OK);
    assert_int_equal(all.images[LS_TRAIN], TRAIN);
    assert_memory_not_equal(all.mean, some.mean, VALUES * sizeof(double));
    ls_pca_free(&all);
    ls_pca_free(&some);
}

/* --- the checkpoint --------------------------------------------------------------------------- */

static void the_checkpoint_has_the_error(void **state)
{
    const fixture *f = *state;
    static ls_config config;
    static ls_trained trained;
    static ls_evaluation e;
    ls_pca pca;
    configure(&config, 0, NULL);
    assert_int_equal(ls_pca_fit(&pca, &config, 11, f->comm), LS_OK);
    assert_int_equal(ls_pca_save(&pca, &config, f->checkpoint, f->comm), LS_OK);
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 0, NULL, f->comm), LS_OK);
    assert_string_equal(trained.config.model_encoder, "dense(11)");
    assert_string_equal(trained.config.model_decoder, "dense(144) reshape(12,12,1)");
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        assert_int_equal(ls_evaluate(&trained, (ls_split)split, f->comm, &e), LS_OK);
        assert_int_equal(e.images, pca.images[split]);
        assert_near(e.mse, pca.mse[split][11], 1e-9);
    }
    ls_trained_close(&trained);
    ls_pca_free(&pca);
}

/* --- images of two patterns ------------------------------------------------------------------- */

/* count images of 100 + a P + b Q into a split of the file, with whole numbers for all. */
static void write_split(ls_h5 *file, const char *split, int count)
{
    char name[64];
    static uint8_t pixels[TRAIN * VALUES], labels[TRAIN];
    for (int i = 0; i < count; i++) {
        int a = i * 7 % 11 - 5;
        int b = i * i % 9 - 4;
        for (int j = 0; j < VALUES; j++) {
            pixels[i * VALUES + j] = (uint8_t)(100 + a * (j % 5) + b * (j % 7 - 3));
        }
    }
    ls_h5_info info = {.type = LS_H5_U8, .dim_count = 4, .dims = {count, SIDE, SIDE, 1}};
    snprintf(name, sizeof name, "/%s/images", split);
    assert_int_equal(ls_h5_create(file, name, &info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_write(file, name, LS_H5_U8, (ls_h5_rows){0, count}, pixels), LS_OK);
    info.dim_count = 1;
    snprintf(name, sizeof name, "/%s/labels", split);
    assert_int_equal(ls_h5_create(file, name, &info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_write(file, name, LS_H5_U8, (ls_h5_rows){0, count}, labels), LS_OK);
}

static void two_patterns_take_two_components(void **state)
{
    const fixture *f = *state;
    static ls_config config;
    char path[256];
    ls_h5 *file;
    ls_pca pca;
    assert_int_equal(ls_h5_open(&file, f->data, LS_H5_CREATE, NULL), LS_OK);
    write_split(file, "train", TRAIN);
    write_split(file, "test", TEST);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(ls_seal_write(f->data, LS_SEAL_DATA), LS_OK);
    snprintf(path, sizeof path, "data.path=%s", f->data);
    configure(&config, 1, (const char *const[]){path});
    assert_int_equal(ls_pca_fit(&pca, &config, 5, f->comm), LS_OK);
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        assert_true(pca.mse[split][1] > 1e-4);
        assert_near(pca.mse[split][2], 0, 1e-16);
        assert_near(pca.mse[split][5], 0, 1e-16);
    }
    assert_near(ls_pca_explained(&pca, 2), 1, 1e-13);
    ls_pca_free(&pca);
}

/* --- sizes ------------------------------------------------------------------------------------ */

static void sizes_that_cannot_be_are_refused(void **state)
{
    const fixture *f = *state;
    static ls_config config;
    ls_pca pca;
    configure(&config, 0, NULL);
    assert_int_equal(ls_pca_fit(&pca, &config, VALUES + 1, f->comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "145 components: images of 12x12x1 have 1 to 144"));
    ls_pca_free(&pca);
    assert_int_equal(ls_pca_fit(&pca, &config, 0, f->comm), LS_BAD_INPUT);
    ls_pca_free(&pca);
    assert_int_equal(ls_pca_fit(&pca, &config, VALUES, f->comm), LS_OK);
    assert_near(pca.mse[LS_TRAIN][VALUES], 0, 1e-16);
    assert_near(pca.mse[LS_TEST][VALUES], 0, 1e-16);
    ls_pca_free(&pca);
    configure(&config, 1, (const char *const[]){"data.synthetic_size=182"});
    assert_int_equal(ls_pca_fit(&pca, &config, 1, f->comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "33124 values: at most 32768"));
    ls_pca_free(&pca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_projections),
        cmocka_unit_test(held_out_images_do_not_count),
        cmocka_unit_test(the_checkpoint_has_the_error),
        cmocka_unit_test(two_patterns_take_two_components),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
