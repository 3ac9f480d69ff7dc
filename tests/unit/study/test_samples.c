/* Proves that samples are what the decoder makes of standard normal codes, each a function of seed
 * and number, the same twice; that images between two begin and end with the reconstructions and
 * come from codes on the line; and that networks for which there is no such thing are refused. */
#include "sheets.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"
#include "lockstep/io/files.h"

#include <stdio.h>
#include <string.h>

static const char *const variational[] = {
    "model.encoder=conv(4) relu maxpool(4) dense(12) gaussian"};

/* --- pictures of a sheet ---------------------------------------------------------------------- */

static void assert_same_picture(const sheet *a, int line, int column, const sheet *b, int b_line,
                                int b_column)
{
    uint8_t one[PIXELS];
    uint8_t other[PIXELS];
    cut_out(a, line, column, one);
    cut_out(b, b_line, b_column, other);
    assert_memory_equal(one, other, PIXELS);
}

/* The picture is what layers behind the code make of it. code: [CODE] */
static void assert_decoded(fixture *f, const float *code, const sheet *s, int line, int column)
{
    uint8_t found[PIXELS];
    cut_out(s, line, column, found);
    ls_model *model = f->trained.model;
    const float *y =
        ls_model_run(model, ls_model_encoder_count(model), ls_model_layer_count(model), 1, code);
    for (int i = 0; i < PIXELS; i++) {
        assert_int_equal(found[i], (int)(y[i] * 255 + 0.5f));
    }
}

static sheet sample(fixture *f, int64_t seed, int count)
{
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", fixture_path(f, "samples.png"));
    assert_int_equal(ls_sample(&f->trained, seed, count, path), LS_OK);
    return read_sheet(path);
}

static sheet interpolate(fixture *f, int pairs, const int64_t *images, int steps)
{
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", fixture_path(f, "between.png"));
    assert_int_equal(ls_interpolate(&f->trained, LS_TEST, pairs, images, steps, path, f->comm),
                     LS_OK);
    return read_sheet(path);
}

/* --- what is proved --------------------------------------------------------------------------- */

static void samples_are_decoded_normal_numbers(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 1, variational), LS_OK);
    sheet s = sample(f, 9, 6); /* more than a lane; 3 columns */
    for (int i = 0; i < 6; i++) {
        float code[CODE];
        const ls_random_key key = {.seed = 9, .purpose = LS_PURPOSE_SAMPLE, .sample = (uint32_t)i};
        for (int k = 0; k < CODE; k++) {
            code[k] = ls_random_normal(&key, (uint32_t)k);
        }
        assert_decoded(f, code, &s, i / 3, i % 3);
    }
    ls_free(s.pixels);
}

static void samples_are_the_same_twice(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 1, variational), LS_OK);
    sheet one = sample(f, 9, 5);
    sheet again = sample(f, 9, 5);
    sheet other = sample(f, 10, 5);
    size_t bytes = (size_t)ls_shape_count(one.shape);
    assert_true(ls_shape_equal(one.shape, again.shape) && ls_shape_equal(one.shape, other.shape));
    assert_memory_equal(one.pixels, again.pixels, bytes);
    assert_memory_not_equal(one.pixels, other.pixels, bytes);
    uint8_t first[PIXELS];
    uint8_t second[PIXELS];
    cut_out(&one, 0, 0, first);
    cut_out(&one, 0, 1, second);
    assert_memory_not_equal(first, second, PIXELS);
    ls_free(one.pixels);
    ls_free(again.pixels);
    ls_free(other.pixels);
}

/* Two rows of 5 for 3..20 and 0..1 of the present model, against the sheet of reconstructions: 16
 * pairs of lines of 16 columns, image 20 in the second pair. */
static void check_ends(fixture *f)
{
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", fixture_path(f, "reconstructed.png"));
    int64_t done;
    assert_int_equal(ls_reconstruct(&f->trained, LS_TEST, TEST_IMAGES, path, f->comm, &done),
                     LS_OK);
    sheet wanted = read_sheet(path);
    sheet s = interpolate(f, 2, (const int64_t[]){3, 20, 0, 1}, 5);
    assert_int_equal(s.shape.w, GAP + 5 * (SIDE + GAP));
    assert_int_equal(s.shape.h, GAP + 2 * (SIDE + GAP));
    assert_same_picture(&s, 0, 0, &wanted, 1, 3);
    assert_same_picture(&s, 0, 4, &wanted, 3, 4);
    assert_same_picture(&s, 1, 0, &wanted, 1, 0);
    assert_same_picture(&s, 1, 4, &wanted, 1, 1);
    ls_free(wanted.pixels);
    ls_free(s.pixels);
}

static void rows_begin_and_end_with_the_reconstructions(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 0, NULL), LS_OK);
    check_ends(f);
    assert_int_equal(fixture_change(f, 1, variational), LS_OK);
    check_ends(f);
}

static void a_quarter_of_the_way_is_a_quarter(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 0, NULL), LS_OK);
    static float x[2 * PIXELS];
    for (int i = 0; i < 2 * PIXELS; i++) {
        x[i] = (float)f->pixels[i] / 255.0f;
    }
    ls_model *model = f->trained.model;
    const float *codes = ls_model_run(model, 0, ls_model_encoder_count(model), 2, x);
    float quarter[CODE];
    for (int k = 0; k < CODE; k++) {
        quarter[k] = (float)(0.75 * (double)codes[k] + 0.25 * (double)codes[CODE + k]);
    }
    sheet s = interpolate(f, 1, (const int64_t[]){0, 1}, 5);
    assert_decoded(f, quarter, &s, 0, 1);
    ls_free(s.pixels);
}

static void plain_autoencoders_have_no_samples(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 0, NULL), LS_OK);
    const char *path = fixture_path(f, "none.png");
    assert_int_equal(ls_sample(&f->trained, 1, 4, path), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "no gaussian layer"));
    assert_non_null(strstr(ls_error_message(), "--between"));
    assert_false(ls_file_exists(path));
}

static void images_beyond_the_split_are_refused(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, 0, NULL), LS_OK);
    const char *path = fixture_path(f, "none.png");
    const int64_t images[] = {0, TEST_IMAGES};
    assert_int_equal(ls_interpolate(&f->trained, LS_TEST, 1, images, 3, path, f->comm),
                     LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "image 21: the test split of synthetic has 21"));
    assert_false(ls_file_exists(path));
}

static void decoders_that_take_more_than_the_code_are_refused(void **state)
{
    fixture *f = *state;
    static const char *const skips[] = {"model.encoder=save(seen) conv(4) relu maxpool(4) dense(6)",
                                        "model.decoder=dense(768) reshape(16,16,3) add(seen)"};
    assert_int_equal(fixture_change(f, 2, skips), LS_OK);
    const char *path = fixture_path(f, "none.png");
    const int64_t images[] = {0, 1};
    assert_int_equal(ls_interpolate(&f->trained, LS_TEST, 1, images, 3, path, f->comm),
                     LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "save(seen)"));
    assert_false(ls_file_exists(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_decoded_normal_numbers),
        cmocka_unit_test(samples_are_the_same_twice),
        cmocka_unit_test(rows_begin_and_end_with_the_reconstructions),
        cmocka_unit_test(a_quarter_of_the_way_is_a_quarter),
        cmocka_unit_test(plain_autoencoders_have_no_samples),
        cmocka_unit_test(images_beyond_the_split_are_refused),
        cmocka_unit_test(decoders_that_take_more_than_the_code_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
