/* Proves that encode writes what the layer gives, in the data set's order and sealed; that decode
 * takes it and refuses what does not fit; and that pictures appear: originals, what the network was
 * shown if that is something else, and what it gave, drawn or as numbers. */
#include "fixture.h"

#include "lockstep/data/corrupt.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/png.h"
#include "lockstep/io/seal.h"

#include "lockstep/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIXELS (SIDE * SIDE * 3)

/* out: [TEST_IMAGES, values] of layers 0 .. last-1 */
static void run_all(fixture *f, int last, int64_t values, float *out)
{
    for (int first = 0; first < TEST_IMAGES; first += LANE) {
        static float x[LANE * PIXELS];
        int n = TEST_IMAGES - first < LANE ? TEST_IMAGES - first : LANE;
        for (int i = 0; i < n * PIXELS; i++) {
            x[i] = (float)f->pixels[first * PIXELS + i] / 255.0f;
        }
        const float *y = ls_model_run(f->trained.model, 0, last, n, x);
        memcpy(out + first * values, y, sizeof(float) * (size_t)(n * values));
    }
}

static void check_file(fixture *f, const char *path, int last, int64_t values)
{
    float *expected = calloc((size_t)(TEST_IMAGES * values), sizeof(float));
    float *stored = calloc((size_t)(TEST_IMAGES * values), sizeof(float));
    uint8_t labels[TEST_IMAGES];
    run_all(f, last, values, expected);
    ls_h5 *file;
    assert_int_equal(ls_seal_check(path, LS_SEAL_CODES), LS_OK);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    ls_h5_rows all = {0, TEST_IMAGES};
    assert_int_equal(ls_h5_read(file, "/codes", LS_H5_F32, all, stored), LS_OK);
    assert_int_equal(ls_h5_read(file, "/labels", LS_H5_U8, all, labels), LS_OK);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_memory_equal(stored, expected, (size_t)(TEST_IMAGES * values) * sizeof(float));
    assert_memory_equal(labels, f->labels, sizeof labels);
    free(expected);
    free(stored);
}

static void codes_are_the_encoders_output(void **state)
{
    fixture *f = *state;
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", fixture_path(f, "codes.h5"));
    int64_t images;
    ls_shape shape;
    assert_int_equal(ls_encode(&f->trained, LS_TEST, NULL, path, f->comm, &images, &shape), LS_OK);
    assert_int_equal(images, TEST_IMAGES);
    assert_int_equal(ls_shape_count(shape), CODE);
    check_file(f, path, ls_model_encoder_count(f->trained.model), CODE);
}

static void any_layer_by_its_name(void **state)
{
    fixture *f = *state;
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s", fixture_path(f, "maps.h5"));
    int64_t images;
    ls_shape shape;
    const char *layer = ls_model_layer_at(f->trained.model, 2)->path;
    assert_int_equal(ls_encode(&f->trained, LS_TEST, layer, path, f->comm, &images, &shape), LS_OK);
    assert_true(ls_shape_equal(shape, (ls_shape){4, 4, 4}));
    check_file(f, path, 3, 4 * 4 * 4);
}

static void unknown_layers_are_refused_with_the_nearest(void **state)
{
    fixture *f = *state;
    int64_t images;
    ls_shape shape;
    assert_int_equal(ls_encode(&f->trained, LS_TEST, "encoder/0-cnv", fixture_path(f, "no.h5"),
                               f->comm, &images, &shape),
                     LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "encoder/0-conv"));
    assert_false(ls_file_exists(fixture_path(f, "no.h5")));
}

static void decode_draws_what_the_decoder_gives(void **state)
{
    fixture *f = *state;
    char codes[LS_PATH_CHARS];
    char out[LS_PATH_CHARS];
    snprintf(codes, sizeof codes, "%s", fixture_path(f, "codes.h5"));
    snprintf(out, sizeof out, "%s", fixture_path(f, "decoded.png"));
    int64_t done;
    assert_int_equal(ls_decode(&f->trained, codes, 5, out, &done), LS_OK);
    assert_int_equal(done, 5);
    assert_true(ls_file_exists(out));
    assert_int_equal(ls_decode(&f->trained, codes, 1000, out, &done), LS_OK);
    assert_int_equal(done, TEST_IMAGES);
}

static void decode_refuses_other_shapes_and_other_files(void **state)
{
    fixture *f = *state;
    char out[LS_PATH_CHARS];
    snprintf(out, sizeof out, "%s", fixture_path(f, "none.png"));
    int64_t done;
    assert_int_equal(ls_decode(&f->trained, fixture_path(f, "maps.h5"), 5, out, &done),
                     LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "4x4x4"));
    assert_int_equal(ls_decode(&f->trained, f->checkpoint, 5, out, &done), LS_BAD_INPUT);
    assert_false(ls_file_exists(out));
}

static void own_pictures_must_have_the_models_shape(void **state)
{
    fixture *f = *state;
    char own[LS_PATH_CHARS];
    char out[LS_PATH_CHARS];
    snprintf(own, sizeof own, "%s", fixture_path(f, "own.png"));
    snprintf(out, sizeof out, "%s", fixture_path(f, "sheet.png"));
    const char *paths[] = {own, own};
    assert_int_equal(ls_png_write(own, (ls_shape){SIDE, SIDE, 3}, f->pixels), LS_OK);
    assert_int_equal(ls_reconstruct_files(&f->trained, 2, paths, out), LS_OK);
    assert_true(ls_file_exists(out));
    assert_int_equal(ls_png_write(own, (ls_shape){SIDE / 2, SIDE, 3}, f->pixels), LS_OK);
    assert_int_equal(ls_reconstruct_files(&f->trained, 2, paths, out), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "8x16x3"));
}

static void sheets_show_originals_above(void **state)
{
    fixture *f = *state;
    char out[LS_PATH_CHARS];
    snprintf(out, sizeof out, "%s", fixture_path(f, "split.png"));
    int64_t done;
    assert_int_equal(ls_reconstruct(&f->trained, LS_TEST, 7, out, f->comm, &done), LS_OK);
    assert_int_equal(done, 7);
    ls_shape shape;
    uint8_t *sheet; /* [shape] */
    assert_int_equal(ls_png_read(out, 3, &shape, &sheet), LS_OK);
    assert_true(shape.h >= 2 * SIDE && shape.w >= 7 * SIDE);
    bool found = false; /* the first row of the first original, somewhere in the upper half */
    for (int r = 0; r < shape.h / 2 && !found; r++) {
        for (int c = 0; c + SIDE <= shape.w && !found; c++) {
            found = memcmp(sheet + (r * shape.w + c) * 3, f->pixels, SIDE * 3) == 0;
        }
    }
    ls_free(sheet);
    assert_true(found);
}

/* --- of corrupted input ----------------------------------------------------------------------- */

#define SHOWN 6 /* images: a lane and a half */

/* A model whose input is corrupted, and what it is shown and gives, worked out here. */
typedef struct restorer {
    ls_trained trained;
    float inputs[SHOWN * PIXELS], outputs[SHOWN * PIXELS]; /* [SHOWN, SIDE, SIDE, 3] */
} restorer;

static void open_restorer(fixture *f, restorer *r)
{
    const char *arguments[] = {"corrupt.kind=gaussian", "corrupt.sigma_low=25",
                               "corrupt.sigma_high=25"};
    ls_corrupt corrupt;
    assert_int_equal(ls_trained_open(&r->trained, f->checkpoint, 3, arguments, f->comm), LS_OK);
    ls_model *model = r->trained.model;
    assert_int_equal(ls_corrupt_plan(&corrupt, &r->trained.config, ls_model_input(model)), LS_OK);
    for (int first = 0; first < SHOWN; first += LANE) {
        static float clean[LANE * PIXELS], spare[PIXELS];
        int n = SHOWN - first < LANE ? SHOWN - first : LANE;
        for (int i = 0; i < n * PIXELS; i++) {
            clean[i] = (float)f->pixels[first * PIXELS + i] / 255.0F;
        }
        ls_corrupt_evaluation(&corrupt, first, n, clean, r->inputs + first * PIXELS, spare);
        const float *y =
            ls_model_run(model, 0, ls_model_layer_count(model), n, r->inputs + first * PIXELS);
        memcpy(r->outputs + first * PIXELS, y, sizeof(float) * (size_t)(n * PIXELS));
    }
}

static uint8_t as_byte(float value)
{
    return (uint8_t)(255 * (value < 0 ? 0 : value > 1 ? 1 : value) + 0.5F);
}

/* Pixel row y of picture i on line `line` of a sheet of one row of pictures, each in a frame of 2.
 */
static const uint8_t *row_of(const uint8_t *sheet, ls_shape size, int line, int i, int y)
{
    return sheet + ((2 + line * (SIDE + 2) + y) * size.w + 2 + i * (SIDE + 2)) * 3;
}

static void check_picture(const fixture *f, const restorer *r, const uint8_t *sheet, ls_shape size,
                          int i)
{
    for (int y = 0; y < SIDE; y++) {
        int at = (i * SIDE + y) * SIDE * 3;
        assert_memory_equal(row_of(sheet, size, 0, i, y), f->pixels + at, SIDE * 3);
        for (int k = 0; k < SIDE * 3; k++) {
            assert_int_equal(row_of(sheet, size, 1, i, y)[k], as_byte(r->inputs[at + k]));
            assert_int_equal(row_of(sheet, size, 2, i, y)[k], as_byte(r->outputs[at + k]));
        }
    }
}

static void sheets_show_what_the_network_was_shown(void **state)
{
    fixture *f = *state;
    static restorer r;
    char out[LS_PATH_CHARS];
    snprintf(out, sizeof out, "%s", fixture_path(f, "restored.png"));
    int64_t done;
    open_restorer(f, &r);
    assert_int_equal(ls_reconstruct(&r.trained, LS_TEST, SHOWN, out, f->comm, &done), LS_OK);
    ls_trained_close(&r.trained);
    ls_shape size;
    uint8_t *sheet; /* [size] */
    assert_int_equal(ls_png_read(out, 3, &size, &sheet), LS_OK);
    assert_true(ls_shape_equal(size, (ls_shape){2 + 3 * (SIDE + 2), 2 + SHOWN * (SIDE + 2), 3}));
    for (int i = 0; i < SHOWN; i++) {
        check_picture(f, &r, sheet, size, i);
    }
    ls_free(sheet);
}

/* The reconstructions' file, sealed: [SHOWN, SIDE, SIDE, 3] of each. inputs NULL: there are none.
 */
static void check_numbers(const fixture *f, const char *path, const float *inputs,
                          const float *outputs)
{
    static uint8_t originals[SHOWN * PIXELS];
    static float values[SHOWN * PIXELS];
    const ls_h5_rows all = {0, SHOWN};
    ls_h5 *file;
    assert_int_equal(ls_seal_check(path, LS_SEAL_RECONSTRUCTIONS), LS_OK);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    assert_int_equal(ls_h5_read(file, "/originals", LS_H5_U8, all, originals), LS_OK);
    assert_memory_equal(originals, f->pixels, sizeof originals);
    assert_int_equal(ls_h5_has(file, "/inputs"), inputs != NULL);
    if (inputs != NULL) {
        assert_int_equal(ls_h5_read(file, "/inputs", LS_H5_F32, all, values), LS_OK);
        assert_memory_equal(values, inputs, sizeof values);
    }
    assert_int_equal(ls_h5_read(file, "/reconstructions", LS_H5_F32, all, values), LS_OK);
    assert_memory_equal(values, outputs, sizeof values);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

static void files_named_h5_get_the_numbers(void **state)
{
    fixture *f = *state;
    static restorer r;
    static float plain[TEST_IMAGES * PIXELS];
    char out[LS_PATH_CHARS];
    snprintf(out, sizeof out, "%s", fixture_path(f, "restored.h5"));
    int64_t done;
    open_restorer(f, &r);
    assert_int_equal(ls_reconstruct(&r.trained, LS_TEST, SHOWN, out, f->comm, &done), LS_OK);
    ls_trained_close(&r.trained);
    check_numbers(f, out, r.inputs, r.outputs);
    run_all(f, ls_model_layer_count(f->trained.model), PIXELS, plain);
    assert_int_equal(ls_reconstruct(&f->trained, LS_TEST, SHOWN, out, f->comm, &done), LS_OK);
    check_numbers(f, out, NULL, plain);
}

static void files_that_can_not_be_made_leave_nothing(void **state)
{
    fixture *f = *state;
    int64_t done;
    assert_int_equal(
        ls_reconstruct(&f->trained, LS_TEST, SHOWN, fixture_path(f, "no/such.h5"), f->comm, &done),
        LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "such.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_the_encoders_output),
        cmocka_unit_test(any_layer_by_its_name),
        cmocka_unit_test(unknown_layers_are_refused_with_the_nearest),
        cmocka_unit_test(decode_draws_what_the_decoder_gives),
        cmocka_unit_test(decode_refuses_other_shapes_and_other_files),
        cmocka_unit_test(own_pictures_must_have_the_models_shape),
        cmocka_unit_test(sheets_show_originals_above),
        cmocka_unit_test(sheets_show_what_the_network_was_shown),
        cmocka_unit_test(files_named_h5_get_the_numbers),
        cmocka_unit_test(files_that_can_not_be_made_leave_nothing),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
