/* Proves that what `data pack` makes of CIFAR files or of PNGs is the same data: every image, label
 * and digest; that HDF5 files of another kind are refused by name; that a damaged sealed file is
 * found by its seal; and that a trial of a damaged foreign file is an error and never a signal. */
#include "unit/cmocka_all.h"
#include "unit/data/made.h"

#include "lockstep/base/memory.h"
#include "lockstep/data/tools.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/png.h"
#include "lockstep/io/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const made_set ten = {10, {50, 30, 401, 1, 20, 40}};
static ls_comm *comm;
static char root[MADE_PATH_CHARS];

static const char *in_root(const char *name)
{
    static char path[2 * MADE_PATH_CHARS];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static ls_config with_path(const char *name)
{
    ls_config config;
    ls_config_defaults(&config);
    snprintf(config.data_path, sizeof config.data_path, "%s/%s", root, name);
    return config;
}

static void describe(const char *name, ls_data_report *report)
{
    ls_config config = with_path(name);
    if (ls_data_info(&config, comm, report) != LS_OK) {
        print_error("%s: %s\n", name, ls_error_message());
        fail();
    }
}

static void pack(const char *from, const char *to)
{
    ls_config config = with_path(from);
    if (ls_data_pack(&config, in_root(to)) != LS_OK) {
        print_error("%s: %s\n", from, ls_error_message());
        fail();
    }
}

static void packed_is_the_same(void **state)
{
    (void)state;
    ls_data_report folder;
    ls_data_report packed;
    describe("ten", &folder);
    describe("ten.h5", &packed);
    assert_string_equal(packed.info.kind, "hdf5");
    assert_true(ls_shape_equal(packed.info.shape, folder.info.shape));
    assert_int_equal(packed.info.classes, 10);
    assert_memory_equal(folder.digest, packed.digest, sizeof folder.digest);
    assert_memory_equal(folder.per_class, packed.per_class, sizeof folder.per_class);
    assert_memory_equal(folder.deviation, packed.deviation, sizeof folder.deviation);
    assert_int_equal(ls_seal_check(in_root("ten.h5"), LS_SEAL_DATA), LS_OK);
}

static void rows_of_a_packed_file(void **state)
{
    (void)state;
    enum { FIRST = 77, COUNT = 333 };
    ls_config config = with_path("ten.h5");
    ls_source *source = NULL;
    assert_int_equal(ls_source_open(&source, &config, comm), LS_OK);
    uint8_t *pixels = malloc((size_t)COUNT * MADE_PIXELS);
    uint8_t labels[COUNT];
    ls_source_range range = {FIRST, COUNT};
    assert_int_equal(ls_source_read(source, LS_TRAIN, range, pixels, labels), LS_OK);
    for (int64_t i = 0; i < COUNT; i++) {
        uint8_t expected[MADE_PIXELS];
        made_image(false, FIRST + i, expected);
        assert_memory_equal(pixels + (size_t)i * MADE_PIXELS, expected, MADE_PIXELS);
        assert_int_equal(labels[i], made_label(10, false, FIRST + i));
    }
    free(pixels);
    ls_source_close(source);
}

/* A picture of 6x5 that says its class and number. */
static void write_png(const char *folder, int class, int number, int channels)
{
    char path[2 * MADE_PATH_CHARS];
    made_run("mkdir -p '%s/%s/class-%d'", root, folder, class);
    snprintf(path, sizeof path, "%s/%s/class-%d/%03d.png", root, folder, class, number);
    uint8_t pixels[6 * 5 * 3];
    for (int i = 0; i < 6 * 5 * channels; i++) {
        pixels[i] = (uint8_t)(class * 100 + number * 3 + i);
    }
    ls_shape shape = {6, 5, channels};
    assert_int_equal(ls_png_write(path, shape, pixels), LS_OK);
}

static void check_png_image(ls_source *source, ls_split split, int64_t row, int class, int number)
{
    uint8_t pixels[6 * 5 * 3];
    uint8_t label = 255;
    ls_source_range range = {row, 1};
    assert_int_equal(ls_source_read(source, split, range, pixels, &label), LS_OK);
    assert_int_equal(label, class);
    for (int i = 0; i < 6 * 5 * ls_source_describe(source)->shape.c; i++) {
        assert_int_equal(pixels[i], (uint8_t)(class * 100 + number * 3 + i));
    }
}

/* 2 classes of 15: every tenth of the 30 (9, 19, 29) is of the test split. */
static void pngs_without_splits(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        write_png("png", i / 15, i % 15, 1);
    }
    made_run("echo text > '%s/png/class-0/notes.txt'", root);
    pack("png", "png.h5");
    ls_config config = with_path("png.h5");
    ls_source *source = NULL;
    assert_int_equal(ls_source_open(&source, &config, comm), LS_OK);
    const ls_source_info *info = ls_source_describe(source);
    assert_true(ls_shape_equal(info->shape, (ls_shape){6, 5, 1}));
    assert_true(info->images[LS_TRAIN] == 27 && info->images[LS_TEST] == 3);
    int64_t row[LS_SPLIT_COUNT] = {0, 0};
    for (int i = 0; i < 30; i++) {
        ls_split split = i % 10 == 9 ? LS_TEST : LS_TRAIN;
        check_png_image(source, split, row[split]++, i / 15, i % 15);
    }
    ls_source_close(source);
}

static void pngs_with_splits(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        write_png("rgb/train", i / 3, i % 3, 3);
    }
    write_png("rgb/test", 0, 50, 3);
    write_png("rgb/test", 1, 51, 3);
    pack("rgb", "rgb.h5");
    ls_config config = with_path("rgb.h5");
    ls_source *source = NULL;
    assert_int_equal(ls_source_open(&source, &config, comm), LS_OK);
    assert_true(ls_source_describe(source)->images[LS_TRAIN] == 6);
    check_png_image(source, LS_TRAIN, 4, 1, 1);
    check_png_image(source, LS_TEST, 1, 1, 51);
    ls_source_close(source);
    ls_shape wide = {5, 6, 3};
    uint8_t pixels[5 * 6 * 3] = {0};
    assert_int_equal(ls_png_write(in_root("rgb/test/class-1/051.png"), wide, pixels), LS_OK);
    config = with_path("rgb");
    assert_int_equal(ls_data_pack(&config, in_root("rgb2.h5")), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "051.png: is 5x6x"));
    made_run("test ! -e '%s/rgb2.h5' && test ! -e '%s/rgb2.h5.part'", root, root);
}

/* One file that a case makes wrong. */
typedef struct foreign {
    const char *images_name, *labels_name;
    ls_h5_info images, labels;
    int64_t label; /* of all */
    const char *says;
} foreign;

static ls_status write_foreign(const char *path, const foreign *f)
{
    static const float zeros[64 * 64];
    int64_t labels[16];
    for (int i = 0; i < 16; i++) {
        labels[i] = f->label;
    }
    ls_h5 *file = NULL;
    LS_TRY(ls_h5_open(&file, path, LS_H5_CREATE, NULL));
    LS_TRY(ls_h5_create(file, f->images_name, &f->images, 0, 0));
    LS_TRY(ls_h5_write(file, f->images_name, f->images.type, (ls_h5_rows){0, f->images.dims[0]},
                       zeros));
    if (f->labels_name != NULL) {
        LS_TRY(ls_h5_create(file, f->labels_name, &f->labels, 0, 0));
        LS_TRY(ls_h5_write(file, f->labels_name, LS_H5_I64, (ls_h5_rows){0, f->labels.dims[0]},
                           labels));
    }
    return ls_h5_close(file);
}

#define IMAGES "/train/images"
#define LABELS "/train/labels"

static void other_kinds_are_refused(void **state)
{
    (void)state;
    const ls_h5_info good = {LS_H5_U8, 4, {4, 8, 8, 3}};
    const ls_h5_info numbers = {LS_H5_I64, 1, {4}};
    const foreign cases[] = {
        {IMAGES, LABELS, {LS_H5_F32, 4, {4, 8, 8, 3}}, numbers, 0, "must be uint8 [N,H,W,C]"},
        {IMAGES, LABELS, {LS_H5_I64, 4, {4, 8, 8, 3}}, numbers, 0, "must be uint8 [N,H,W,C]"},
        {IMAGES, LABELS, {LS_H5_U8, 3, {4, 8, 8}}, numbers, 0, "has 3 dimensions"},
        {IMAGES, LABELS, {LS_H5_U8, 4, {4, 8, 8, 2}}, numbers, 0, "images of 8x8x2"},
        {"/images", LABELS, good, numbers, 0, "without /train/images"},
        {IMAGES, NULL, good, numbers, 0, "/train/labels is missing"},
        {IMAGES, LABELS, good, {LS_H5_I64, 1, {5}}, 0, "one for each of /train/images"},
        {IMAGES, LABELS, good, {LS_H5_I64, 2, {4, 1}}, 0, "must be integers [4]"},
        {IMAGES, LABELS, good, numbers, 256, "record 0: label 256 is not 0 to 255"},
        {IMAGES, LABELS, good, numbers, -1, "record 0: label -1 is not 0 to 255"},
        {IMAGES, LABELS, good, numbers, 7, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = in_root("foreign.h5");
        assert_int_equal(write_foreign(path, &cases[i]), LS_OK);
        ls_config config = with_path("foreign.h5");
        ls_data_report report;
        ls_status status = ls_data_info(&config, comm, &report);
        ls_status probed = ls_source_probe(path);
        assert_int_equal(probed, status);
        if (cases[i].says == NULL) {
            assert_int_equal(status, LS_OK);
            assert_int_equal(report.info.classes, 8);
            assert_true(report.info.images[LS_TEST] == 0);
        } else if (status != LS_BAD_INPUT || strstr(ls_error_message(), cases[i].says) == NULL ||
                   strstr(ls_error_message(), "foreign.h5") == NULL) {
            print_error("expected \"%s\", got %s\n", cases[i].says, ls_error_message());
            fail();
        }
    }
}

static void damage_breaks_the_seal(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "printf '\\125' | dd of=x bs=1 seek=40000 conv=notrunc status=none",
        "printf '\\125' | dd of=x bs=1 seek=20 conv=notrunc status=none",
        "truncate -s -1 x",
        "truncate -s 600 x",
        "truncate -s 300 x",
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        made_run("cd '%s' && cp ten.h5 x && %s", root, commands[i]);
        ls_config config = with_path("x");
        ls_data_report report;
        assert_int_equal(ls_source_probe(in_root("x")), LS_OK); /* sealed: no trial */
        assert_int_equal(ls_data_info(&config, comm, &report), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), in_root("x")));
    }
    made_run("cp '%s/ten.h5' '%s/x'", root, root);
    assert_int_equal(ls_seal_write(in_root("x"), LS_SEAL_CHECKPOINT), LS_OK);
    ls_config config = with_path("x");
    ls_data_report report;
    assert_int_equal(ls_data_info(&config, comm, &report), LS_BAD_INPUT);
}

/* Bytes of a foreign file set to 255 here and there, and cut: an answer each time. */
static void damaged_foreign_files_are_tried(void **state)
{
    (void)state;
    const foreign good = {IMAGES, LABELS, {LS_H5_U8, 4, {4, 8, 8, 3}}, {LS_H5_I64, 1, {4}}, 1, 0};
    assert_int_equal(write_foreign(in_root("good.h5"), &good), LS_OK);
    assert_int_equal(ls_source_probe(in_root("good.h5")), LS_OK);
    int refused = 0;
    for (int at = 520; at < 2400; at += 47) {
        made_run("cd '%s' && cp good.h5 x && "
                 "printf '\\377\\377' | dd of=x bs=1 seek=%d conv=notrunc status=none",
                 root, at);
        ls_status status = ls_source_probe(in_root("x"));
        assert_true(status == LS_OK || status == LS_BAD_INPUT);
        refused += status == LS_BAD_INPUT;
    }
    assert_true(refused > 0);
    made_run("cd '%s' && cp good.h5 x && truncate -s 700 x", root);
    assert_int_equal(ls_source_probe(in_root("x")), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), in_root("x")));
    assert_int_equal(ls_source_probe(in_root("ten")), LS_OK);
    assert_int_equal(ls_source_probe(in_root("absent")), LS_OK);
    assert_int_equal(ls_source_probe("synthetic"), LS_OK);
}

static int make_files(void **state)
{
    (void)state;
    made_folder(root);
    made_write(root, "ten", &ten);
    if (ls_comm_self(&comm) != LS_OK) {
        return 1;
    }
    pack("ten", "ten.h5");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    ls_comm_finish(comm);
    made_remove(root);
    return ls_alloc_live() != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_is_the_same),
        cmocka_unit_test(rows_of_a_packed_file),
        cmocka_unit_test(pngs_without_splits),
        cmocka_unit_test(pngs_with_splits),
        cmocka_unit_test(other_kinds_are_refused),
        cmocka_unit_test(damage_breaks_the_seal),
        cmocka_unit_test(damaged_foreign_files_are_tried),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
