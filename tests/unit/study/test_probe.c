/* Proves that a probe's features are what the layer gives; that it counts every test image once, in
 * the line of its label; that its accuracies are those of its confusion matrix; that they are
 * better than chance; that the table says the same and the picture has its colours; and what it
 * refuses. */
#include "fixture.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/png.h"
#include "lockstep/study/probe.h"
#include "study/features.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIXELS  (SIDE * SIDE * 3)
#define CLASSES 10

static void features_are_what_the_layer_gives(void **state)
{
    fixture *f = *state;
    int last = ls_model_encoder_count(f->trained.model);
    ls_features features;
    ls_features pixels;
    assert_int_equal(ls_features_open(&features, &f->trained, LS_TEST, last, f->comm), LS_OK);
    assert_int_equal(ls_features_open(&pixels, &f->trained, LS_TEST, 0, f->comm), LS_OK);
    assert_true(features.images == TEST_IMAGES && features.count == TEST_IMAGES);
    assert_true(features.values == CODE && pixels.values == PIXELS);
    assert_memory_equal(features.labels, f->labels, TEST_IMAGES);
    for (int i = 0; i < TEST_IMAGES * PIXELS; i++) {
        assert_true(pixels.x[i] == (float)f->pixels[i] / 255.0F);
    }
    for (int first = 0; first < TEST_IMAGES; first += LANE) {
        int n = TEST_IMAGES - first < LANE ? TEST_IMAGES - first : LANE;
        const float *y = ls_model_run(f->trained.model, 0, last, n, pixels.x + first * PIXELS);
        assert_memory_equal(features.x + first * CODE, y, sizeof(float) * (size_t)(n * CODE));
    }
    ls_features_close(&features);
    ls_features_close(&pixels);
}

/* An untrained layer on synthetic images of ten kinds. */
static void counts_every_test_image_once(void **state)
{
    fixture *f = *state;
    ls_trained trained;
    const char *more[] = {"data.synthetic_train=400", "data.synthetic_test=105"};
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, 2, more, f->comm), LS_OK);
    ls_probe_result r;
    ls_probe_options options = {.layer = "encoder/2-maxpool", .neighbours = 5};
    assert_int_equal(ls_probe(&trained, &options, f->comm, &r), LS_OK);
    assert_string_equal(r.layer, "encoder/2-maxpool");
    assert_true(r.features == 64 && r.classes == CLASSES && r.neighbours == 5);
    assert_true(r.train_images == 400 && r.test_images == 105);
    int64_t right = 0;
    for (int i = 0; i < CLASSES; i++) {
        int64_t images = 0;
        for (int k = 0; k < CLASSES; k++) {
            images += r.confusion[i * CLASSES + k];
        }
        assert_int_equal(images, i < 5 ? 11 : 10); /* image n shows kind n mod 10 */
        int64_t hits = r.confusion[i * CLASSES + i];
        assert_near(ls_probe_class_accuracy(&r, i), (double)hits / (double)images, 1e-15);
        right += hits;
    }
    assert_near(r.accuracy, (double)right / 105, 1e-15);
    assert_true(r.converged && r.iterations > 0);
    assert_true(r.train_accuracy > 0.3 && r.accuracy > 0.15); /* 0.1 by chance */
    assert_true(r.neighbours_accuracy > 0 && r.neighbours_accuracy < 1);
    assert_true(r.l2 >= 1e-6 && r.l2 <= 1e-1);
    ls_probe_free(&r);
    ls_trained_close(&trained);
}

static void the_table_and_the_picture(void **state)
{
    fixture *f = *state;
    int64_t counts[] = {3, 1, 0, 0, 0, 0, 0, 5, 0};
    ls_probe_result r = {.classes = 3, .confusion = counts};
    assert_near(ls_probe_class_accuracy(&r, 0), 0.75, 0);
    assert_true(isnan(ls_probe_class_accuracy(&r, 1)));
    assert_near(ls_probe_class_accuracy(&r, 2), 0, 0);
    assert_int_equal(ls_probe_write(&r, f->folder), LS_OK);
    ls_text table = {0};
    assert_int_equal(ls_file_read(fixture_path(f, "confusion.csv"), &table), LS_OK);
    assert_string_equal(table.data, "label,0,1,2\n0,3,1,0\n1,0,0,0\n2,0,5,0\n");
    ls_text_free(&table);
    ls_shape shape;
    uint8_t *pixels; /* [shape] */
    assert_int_equal(ls_png_read(fixture_path(f, "confusion.png"), 3, &shape, &pixels), LS_OK);
    assert_true(shape.h == shape.w && shape.h >= 300);
    int red[9]; /* at the middle of each cell: the less, the larger the share */
    for (int i = 0; i < 9; i++) {
        int y = shape.h * (2 * (i / 3) + 1) / 6;
        int x = shape.w * (2 * (i % 3) + 1) / 6;
        red[i] = pixels[(y * shape.w + x) * 3];
    }
    ls_free(pixels);
    for (int i = 0; i < 9; i++) {
        int share = i == 0 ? 3 : i == 1 ? 1 : i == 7 ? 4 : 0; /* quarters of its line */
        assert_near(red[i], 255 * (1 - 0.97 * share / 4), 1);
    }
}

static void refused(fixture *f, const ls_probe_options *options, const char *why, int count,
                    const char *const *settings)
{
    ls_trained trained;
    ls_probe_result r;
    assert_int_equal(ls_trained_open(&trained, f->checkpoint, count, settings, f->comm), LS_OK);
    assert_int_equal(ls_probe(&trained, options, f->comm, &r), LS_BAD_INPUT);
    if (strstr(ls_error_message(), why) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", ls_error_message(), why);
    }
    ls_probe_free(&r);
    ls_trained_close(&trained);
}

static void refuses_what_can_not_be_probed(void **state)
{
    fixture *f = *state;
    const char *more[] = {"data.synthetic_train=400"};
    refused(f, &(ls_probe_options){0}, "at least 20", 0, NULL); /* it has 8 */
    refused(f, &(ls_probe_options){.layer = "encoder/2-maxpol"}, "encoder/2-maxpool", 1, more);
    refused(f, &(ls_probe_options){.layer = "encoder/2-maxpool", .pixels = true}, "not both", 1,
            more);
}

/* A folder of pictures without classes: all stand in one subfolder. */
static void refuses_data_without_labels(void **state)
{
    fixture *f = *state;
    char folder[LS_PATH_CHARS];
    char path[LS_PATH_CHARS + 32];
    char setting[LS_PATH_CHARS + 32];
    snprintf(folder, sizeof folder, "%s", fixture_path(f, "pictures"));
    snprintf(path, sizeof path, "%s/all", folder);
    assert_int_equal(ls_folder_make(path), LS_OK);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 40; i++) {
            snprintf(path, sizeof path, "%s/all/%02d.png", folder, i);
            assert_int_equal(pass == 0 ? ls_png_write(path, (ls_shape){SIDE, SIDE, 3}, f->pixels)
                                       : ls_file_remove(path),
                             LS_OK);
        }
        if (pass == 0) {
            snprintf(setting, sizeof setting, "data.path=%s", folder);
            const char *settings[] = {setting};
            refused(f, &(ls_probe_options){0}, "one label", 1, settings);
        }
    }
    snprintf(path, sizeof path, "%s/all", folder);
    assert_true(rmdir(path) == 0 && rmdir(folder) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_what_the_layer_gives),
        cmocka_unit_test(counts_every_test_image_once),
        cmocka_unit_test(the_table_and_the_picture),
        cmocka_unit_test(refuses_what_can_not_be_probed),
        cmocka_unit_test(refuses_data_without_labels),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
