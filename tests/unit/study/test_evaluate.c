/* Proves that ls_evaluate measures what it says: against sums over all images written out here, in
 * long double and with a two-dimensional SSIM window, of clean and of corrupted input; that zeros
 * of codes are counted exactly; and what ls_trained_open refuses. */
#include "fixture.h"

#include "lockstep/data/corrupt.h"

#include <math.h>
#include <string.h>

#define PIXELS (SIDE * SIDE * 3)

typedef struct expected {
    long double mse, mae, psnr, ssim;
    long double class_mse[256];
    int64_t class_images[256];
    int64_t zeros; /* of codes: what the layer before the encoder's last, a ReLU, gives below 0 */
} expected;

/* One window of 11 x 11 around (r, c) of a channel, all 121 weights at once. */
static long double window_similarity(const float *x, const float *y, int r, int c, int channel)
{
    long double total = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (int i = -5; i <= 5; i++) {
        for (int j = -5; j <= 5; j++) {
            long double w = expl(-(long double)(i * i + j * j) / (2 * 1.5L * 1.5L));
            long double a = x[((r + i) * SIDE + c + j) * 3 + channel];
            long double b = y[((r + i) * SIDE + c + j) * 3 + channel];
            total += w;
            mx += w * a;
            my += w * b;
            xx += w * a * a;
            yy += w * b * b;
            xy += w * a * b;
        }
    }
    mx /= total;
    my /= total;
    long double vx = xx / total - mx * mx;
    long double vy = yy / total - my * my;
    long double cxy = xy / total - mx * my;
    return (2 * mx * my + 1e-4L) * (2 * cxy + 9e-4L) /
           ((mx * mx + my * my + 1e-4L) * (vx + vy + 9e-4L));
}

static long double similarity(const float *x, const float *y)
{
    long double sum = 0;
    int count = 0;
    for (int channel = 0; channel < 3; channel++) {
        for (int r = 5; r < SIDE - 5; r++) {
            for (int c = 5; c < SIDE - 5; c++, count++) {
                sum += window_similarity(x, y, r, c, channel);
            }
        }
    }
    return sum / count;
}

static void add_image(expected *e, const float *x, const float *y, int label)
{
    long double squares = 0, absolute = 0;
    for (int i = 0; i < PIXELS; i++) {
        long double d = (long double)x[i] - (long double)y[i];
        squares += d * d;
        absolute += fabsl(d);
    }
    e->mse += squares / PIXELS;
    e->mae += absolute / PIXELS;
    e->psnr += -10 * log10l(squares / PIXELS);
    e->ssim += similarity(x, y);
    e->class_mse[label] += squares / PIXELS;
    e->class_images[label]++;
}

static void count_zeros(ls_model *model, int n, const float *x, expected *e)
{
    const float *y = ls_model_run(model, 0, ls_model_encoder_count(model) - 1, n, x);
    for (int i = 0; i < n * CODE; i++) {
        e->zeros += y[i] <= 0;
    }
}

/* Lane by lane: the model is asked for the same rows together as ls_evaluate asks it. corrupt, if
 * not NULL: the model sees what that makes of the images, and *input is measured of it. */
static void measure(fixture *f, const ls_corrupt *corrupt, expected *e, expected *input)
{
    ls_model *model = f->trained.model;
    static float seen[LANE * PIXELS], spare[PIXELS];
    for (int first = 0; first < TEST_IMAGES; first += LANE) {
        static float x[LANE * PIXELS];
        int n = TEST_IMAGES - first < LANE ? TEST_IMAGES - first : LANE;
        for (int i = 0; i < n * PIXELS; i++) {
            x[i] = (float)f->pixels[first * PIXELS + i] / 255.0f;
        }
        memcpy(seen, x, sizeof seen);
        if (corrupt != NULL) {
            ls_corrupt_evaluation(corrupt, first, n, x, seen, spare);
        }
        count_zeros(model, n, seen, e);
        const float *y = ls_model_run(model, 0, ls_model_layer_count(model), n, seen);
        for (int i = 0; i < n; i++) {
            add_image(e, x + i * PIXELS, y + i * PIXELS, f->labels[first + i]);
            if (corrupt != NULL) {
                add_image(input, x + i * PIXELS, seen + i * PIXELS, 0);
            }
        }
    }
}

static void measures_every_image_once(void **state)
{
    fixture *f = *state;
    static expected e;
    static ls_evaluation got;
    measure(f, NULL, &e, NULL);
    assert_int_equal(ls_evaluate(&f->trained, LS_TEST, f->comm, &got), LS_OK);
    assert_int_equal(got.images, TEST_IMAGES);
    assert_near(got.mse, (double)(e.mse / TEST_IMAGES), 1e-7);
    assert_near(got.mae, (double)(e.mae / TEST_IMAGES), 1e-7);
    assert_near(got.psnr, (double)(-10 * log10l(e.mse / TEST_IMAGES)), 1e-4);
    assert_near(got.psnr_mean_of_images, (double)(e.psnr / TEST_IMAGES), 1e-4);
    assert_near(got.ssim, (double)(e.ssim / TEST_IMAGES), 1e-7);
    assert_true(e.zeros > 0 && e.zeros < TEST_IMAGES * CODE);
    assert_true(got.code_zeros == (double)e.zeros / (TEST_IMAGES * CODE));
    for (int k = 0; k < got.classes; k++) {
        assert_int_equal(got.class_images[k], e.class_images[k]);
        if (e.class_images[k] > 0) {
            long double mean = e.class_mse[k] / (long double)e.class_images[k];
            assert_near(got.class_mse[k], (double)mean, 1e-7);
        }
    }
}

/* The model is shown corrupted images, by settings on top of the checkpoint's; it is compared to
 * the clean ones, and so is what it was shown. */
static void measures_corrupted_input(void **state)
{
    fixture *f = *state;
    static expected e, input;
    static ls_evaluation got, plain;
    ls_trained trained;
    ls_corrupt corrupt;
    const char *arguments[] = {"corrupt.kind=gaussian+rectangle", "corrupt.sigma_low=25",
                               "corrupt.sigma_high=25"};
    assert_int_equal(ls_evaluate(&f->trained, LS_TEST, f->comm, &plain), LS_OK);
    assert_false(plain.corrupted);
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 3, arguments, f->comm), LS_OK);
    assert_int_equal(ls_corrupt_plan(&corrupt, &trained.config, ls_model_input(trained.model)),
                     LS_OK);
    measure(f, &corrupt, &e, &input);
    assert_int_equal(ls_evaluate(&trained, LS_TEST, f->comm, &got), LS_OK);
    assert_true(got.corrupted);
    assert_true(got.code_zeros == (double)e.zeros / (TEST_IMAGES * CODE));
    assert_true(got.code_zeros != plain.code_zeros); /* of the codes of what the model was shown */
    assert_near(got.mse, (double)(e.mse / TEST_IMAGES), 1e-7);
    assert_near(got.ssim, (double)(e.ssim / TEST_IMAGES), 1e-7);
    assert_near(got.corrupted_mse, (double)(input.mse / TEST_IMAGES), 1e-7);
    assert_near(got.corrupted_psnr, (double)(-10 * log10l(input.mse / TEST_IMAGES)), 1e-4);
    assert_near(got.corrupted_ssim, (double)(input.ssim / TEST_IMAGES), 1e-7);
    assert_true(got.corrupted_mse > 0.01 && fabs(got.mse - plain.mse) > 1e-6);
    ls_trained_close(&trained);
}

static void psnr_is_capped(void **state)
{
    (void)state;
    assert_near(ls_psnr(0.01), 20.0, 1e-12);
    assert_near(ls_psnr(0), 100.0, 0);
    assert_near(ls_psnr(1e-30), 100.0, 0);
}

static void other_networks_are_refused(void **state)
{
    fixture *f = *state;
    ls_trained trained;
    const char *latent[] = {"model.latent=3"};
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 1, latent, f->comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "model.latent=3"));
    ls_trained_close(&trained);
    const char *lane[] = {"train.lane=3"};
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 1, lane, f->comm), LS_OK);
    assert_int_equal(ls_model_lane(trained.model), 3);
    ls_trained_close(&trained);
}

static void data_of_another_shape_is_refused(void **state)
{
    fixture *f = *state;
    static ls_evaluation got;
    ls_trained trained;
    const char *size[] = {"data.synthetic_size=20"};
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 1, size, f->comm), LS_OK);
    assert_int_equal(ls_evaluate(&trained, LS_TEST, f->comm, &got), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "20x20x3"));
    ls_trained_close(&trained);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_every_image_once),
        cmocka_unit_test(measures_corrupted_input),
        cmocka_unit_test(psnr_is_capped),
        cmocka_unit_test(other_networks_are_refused),
        cmocka_unit_test(data_of_another_shape_is_refused),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
