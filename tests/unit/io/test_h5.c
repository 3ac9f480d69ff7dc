/* Proves: groups, datasets and attributes read back what was written, also what other tools write
 * (other widths, big endian, fixed texts); equal content gives equal files; groups are made once;
 * each fault names file and object; no handle stays open. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[LS_PATH_CHARS];
static int64_t live;

static ls_h5 *open_as(ls_h5_mode mode)
{
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, mode, NULL), LS_OK);
    return file;
}

/* Balanced: nothing of ours is allocated, nothing of HDF5's is open. */
static void close_checked(ls_h5 *file)
{
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    assert_int_equal(ls_alloc_live(), live);
}

static int begin(void **state)
{
    (void)state;
    live = ls_alloc_live();
    snprintf(path, sizeof path, "%s", scratch_path("test.h5"));
    return 0;
}

static void write_sample(void)
{
    ls_h5 *file = open_as(LS_H5_CREATE);
    const uint8_t bytes[2][3] = {{1, 2, 3}, {253, 254, 255}};
    const int64_t integers[3] = {INT64_MIN, 0, INT64_MAX};
    const double reals[2] = {0.1, -1e300};
    float images[5 * 2 * 3 * 2];
    for (int i = 0; i < 60; i++) {
        images[i] = (float)i / 3;
    }
    ls_h5_info images_info = {LS_H5_F32, 4, {5, 2, 3, 2}};
    assert_int_equal(ls_h5_create(file, "/b/bytes", &(ls_h5_info){LS_H5_U8, 2, {2, 3}}, 0, 0), 0);
    assert_int_equal(ls_h5_create(file, "/b/integers", &(ls_h5_info){LS_H5_I64, 1, {3}}, 0, 0), 0);
    assert_int_equal(ls_h5_create(file, "/a/deep/reals", &(ls_h5_info){LS_H5_F64, 1, {2}}, 0, 0),
                     0);
    assert_int_equal(ls_h5_create(file, "/images", &images_info, 2, 9), LS_OK);
    assert_int_equal(ls_h5_write(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){0, 2}, bytes), LS_OK);
    assert_int_equal(ls_h5_write(file, "/b/integers", LS_H5_I64, (ls_h5_rows){0, 3}, integers), 0);
    assert_int_equal(ls_h5_write(file, "/a/deep/reals", LS_H5_F64, (ls_h5_rows){0, 2}, reals), 0);
    assert_int_equal(ls_h5_write(file, "/images", LS_H5_F32, (ls_h5_rows){3, 2}, images + 36), 0);
    assert_int_equal(ls_h5_write(file, "/images", LS_H5_F32, (ls_h5_rows){0, 3}, images), LS_OK);
    assert_int_equal(ls_h5_put_i64(file, "/", "version", -5), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/b/bytes", "unit", "\xc2\xb5m"), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/b/bytes", "none", ""), LS_OK);
    close_checked(file);
}

static void reads_back(void **state)
{
    (void)state;
    write_sample();
    ls_h5 *file = open_as(LS_H5_READ);
    uint8_t bytes[3];
    int64_t integers[3];
    double reals[2];
    float images[24];
    ls_h5_info info;
    assert_int_equal(ls_h5_inspect(file, "/images", &info), LS_OK);
    assert_int_equal(info.type, LS_H5_F32);
    assert_int_equal(info.dim_count, 4);
    assert_true(info.dims[0] == 5 && info.dims[1] == 2 && info.dims[2] == 3 && info.dims[3] == 2);
    assert_int_equal(ls_h5_read(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){1, 1}, bytes), LS_OK);
    assert_memory_equal(bytes, "\xfd\xfe\xff", 3);
    assert_int_equal(ls_h5_read(file, "/b/integers", LS_H5_I64, (ls_h5_rows){0, 3}, integers), 0);
    assert_true(integers[0] == INT64_MIN && integers[1] == 0 && integers[2] == INT64_MAX);
    assert_int_equal(ls_h5_read(file, "/a/deep/reals", LS_H5_F64, (ls_h5_rows){0, 2}, reals), 0);
    assert_true(reals[0] == 0.1 && reals[1] == -1e300);
    assert_int_equal(ls_h5_read(file, "/images", LS_H5_F32, (ls_h5_rows){2, 2}, images), LS_OK);
    for (int i = 0; i < 24; i++) {
        assert_true(images[i] == (float)(24 + i) / 3);
    }
    assert_int_equal(ls_h5_read(file, "/images", LS_H5_F32, (ls_h5_rows){5, 0}, NULL), LS_OK);
    int64_t version;
    ls_text text;
    assert_int_equal(ls_h5_get_i64(file, "/", "version", &version), LS_OK);
    assert_int_equal(version, -5);
    assert_int_equal(ls_h5_get_text(file, "/b/bytes", "unit", &text), LS_OK);
    assert_string_equal(text.data, "\xc2\xb5m");
    ls_text_free(&text);
    assert_int_equal(ls_h5_get_text(file, "/b/bytes", "none", &text), LS_OK);
    assert_string_equal(text.data, "");
    ls_text_free(&text);
    close_checked(file);
}

static void equal_content_equal_files(void **state)
{
    (void)state;
    ls_text first;
    ls_text second;
    write_sample();
    assert_int_equal(ls_file_read(path, &first), LS_OK);
    sleep(1); /* a time stamp of seconds would differ now */
    write_sample();
    assert_int_equal(ls_file_read(path, &second), LS_OK);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    for (int i = 0; i < 512; i++) {
        assert_int_equal(first.data[i], 0); /* the user block, not yet sealed */
    }
    assert_memory_equal(first.data + 512, "\x89HDF", 4);
    ls_text_free(&first);
    ls_text_free(&second);
}

static void room_is_taken_at_once(void **state)
{
    (void)state;
    int64_t bytes;
    ls_h5 *file = open_as(LS_H5_CREATE);
    assert_int_equal(ls_h5_create(file, "/x", &(ls_h5_info){LS_H5_F32, 2, {1000, 100}}, 0, 0), 0);
    close_checked(file);
    assert_int_equal(ls_file_size(path, &bytes), LS_OK);
    assert_true(bytes >= 400000);
}

static void empty_datasets(void **state)
{
    (void)state;
    ls_h5 *file = open_as(LS_H5_CREATE);
    ls_h5_info info = {LS_H5_U8, 2, {0, 7}};
    assert_int_equal(ls_h5_create(file, "/plain", &info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_create(file, "/chunked", &info, 16, 5), LS_OK);
    assert_int_equal(ls_h5_write(file, "/plain", LS_H5_U8, (ls_h5_rows){0, 0}, NULL), LS_OK);
    close_checked(file);
    file = open_as(LS_H5_READ);
    assert_int_equal(ls_h5_inspect(file, "/chunked", &info), LS_OK);
    assert_int_equal(info.dims[0], 0);
    assert_int_equal(info.dims[1], 7);
    assert_int_equal(ls_h5_read(file, "/chunked", LS_H5_U8, (ls_h5_rows){0, 0}, NULL), LS_OK);
    close_checked(file);
}

/* --- Groups ----------------------------------------------------------------------------------- */

static void groups_are_made_once(void **state)
{
    (void)state;
    ls_h5 *file = open_as(LS_H5_CREATE);
    assert_true(ls_h5_has(file, "/"));
    assert_false(ls_h5_has(file, "/g"));
    assert_int_equal(ls_h5_group(file, "/g/10-b"), LS_OK);
    assert_int_equal(ls_h5_group(file, "/g/2-a"), LS_OK);
    assert_int_equal(ls_h5_group(file, "/g/2-a"), LS_OK);
    assert_int_equal(ls_h5_create(file, "/g/1-c", &(ls_h5_info){LS_H5_U8, 1, {1}}, 0, 0), LS_OK);
    assert_true(ls_h5_has(file, "/g/2-a"));
    assert_true(ls_h5_has(file, "/g/1-c"));
    assert_false(ls_h5_has(file, "/g/2-a/x/y"));
    close_checked(file);
}

/* --- Attributes ------------------------------------------------------------------------------- */

static void attributes_are_replaced(void **state)
{
    (void)state;
    ls_h5 *file = open_as(LS_H5_CREATE);
    int64_t integer;
    double real;
    ls_text text;
    size_t length = 150000;
    char *long_text = malloc(length + 1);
    assert_non_null(long_text);
    memset(long_text, 'x', length);
    long_text[length] = '\0';
    assert_int_equal(ls_h5_put_i64(file, "/", "a", 1), LS_OK);
    assert_int_equal(ls_h5_put_f64(file, "/", "a", 2.5), LS_OK);
    assert_int_equal(ls_h5_get_f64(file, "/", "a", &real), LS_OK);
    assert_true(real == 2.5);
    assert_int_equal(ls_h5_get_i64(file, "/", "a", &integer), LS_BAD_INPUT);
    scratch_expect_message("test.h5: /: the attribute a is not an integer");
    assert_int_equal(ls_h5_get_text(file, "/", "a", &text), LS_BAD_INPUT);
    scratch_expect_message("the attribute a is not a text");
    assert_int_equal(ls_h5_put_text(file, "/", "a", long_text), LS_OK);
    assert_int_equal(ls_h5_get_text(file, "/", "a", &text), LS_OK);
    assert_int_equal(text.length, length);
    assert_string_equal(text.data, long_text);
    ls_text_free(&text);
    assert_int_equal(ls_h5_get_f64(file, "/", "a", &real), LS_BAD_INPUT);
    scratch_expect_message("the attribute a is not a number");
    assert_int_equal(ls_h5_get_i64(file, "/", "b", &integer), LS_BAD_INPUT);
    scratch_expect_message("test.h5: / has no attribute b");
    assert_int_equal(ls_h5_put_i64(file, "/none", "b", 1), LS_BAD_INPUT);
    scratch_expect_message("test.h5: no object /none");
    close_checked(file);
    free(long_text);
}

/* --- What other tools write ------------------------------------------------------------------- */

static void put_foreign(hid_t file, const char *name, hid_t stored, hid_t memory, int count,
                        const void *values)
{
    hsize_t dims = (hsize_t)count;
    hid_t space = H5Screate_simple(1, &dims, NULL);
    hid_t set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static void put_fixed_text(hid_t file, const char *name, H5T_str_t padding, const char *bytes,
                           size_t count)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, count);
    H5Tset_strpad(type, padding);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, bytes) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void write_foreign(void)
{
    const int small[2] = {-3, 7};
    const float reals[2] = {0.5F, -2};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    put_foreign(file, "int16be", H5T_STD_I16BE, H5T_NATIVE_INT, 2, small);
    put_foreign(file, "int8", H5T_STD_I8LE, H5T_NATIVE_INT, 2, small);
    put_foreign(file, "double-be", H5T_IEEE_F64BE, H5T_NATIVE_FLOAT, 2, reals);
    hid_t opaque = H5Tcreate(H5T_OPAQUE, 4);
    put_foreign(file, "opaque", opaque, opaque, 2, small);
    H5Tclose(opaque);
    const hsize_t dims[5] = {1, 1, 1, 1, 1};
    hid_t space = H5Screate_simple(5, dims, NULL);
    hid_t set =
        H5Dcreate2(file, "five", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(set);
    H5Sclose(space);
    space = H5Screate(H5S_SCALAR);
    set = H5Dcreate2(file, "scalar", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(set);
    H5Sclose(space);
    put_fixed_text(file, "padded", H5T_STR_SPACEPAD, "ab  ", 4);
    put_fixed_text(file, "full", H5T_STR_NULLPAD, "abcd", 4);
    put_fixed_text(file, "ended", H5T_STR_NULLTERM, "ab\0\0", 4);
    assert_true(H5Fclose(file) >= 0);
}

static void expect_text(ls_h5 *file, const char *name, const char *wanted)
{
    ls_text text;
    assert_int_equal(ls_h5_get_text(file, "/", name, &text), LS_OK);
    assert_string_equal(text.data, wanted);
    ls_text_free(&text);
}

static void other_tools_files(void **state)
{
    (void)state;
    write_foreign();
    ls_h5 *file = open_as(LS_H5_READ);
    ls_h5_info info;
    int64_t integers[2];
    double reals[2];
    assert_int_equal(ls_h5_inspect(file, "/int16be", &info), LS_OK);
    assert_int_equal(info.type, LS_H5_I64);
    assert_int_equal(ls_h5_inspect(file, "/int8", &info), LS_OK);
    assert_int_equal(info.type, LS_H5_I64);
    assert_int_equal(ls_h5_inspect(file, "/double-be", &info), LS_OK);
    assert_int_equal(info.type, LS_H5_F64);
    assert_int_equal(ls_h5_read(file, "/int16be", LS_H5_I64, (ls_h5_rows){0, 2}, integers), LS_OK);
    assert_true(integers[0] == -3 && integers[1] == 7);
    assert_int_equal(ls_h5_read(file, "/double-be", LS_H5_F64, (ls_h5_rows){0, 2}, reals), LS_OK);
    assert_true(reals[0] == 0.5 && reals[1] == -2);
    assert_int_equal(ls_h5_inspect(file, "/opaque", &info), LS_BAD_INPUT);
    scratch_expect_message("/opaque holds neither integers nor floating-point numbers");
    assert_int_equal(ls_h5_inspect(file, "/five", &info), LS_BAD_INPUT);
    scratch_expect_message("/five has 5 dimensions, at most 4 are read");
    assert_int_equal(ls_h5_read(file, "/scalar", LS_H5_U8, (ls_h5_rows){0, 1}, integers),
                     LS_BAD_INPUT);
    scratch_expect_message("/scalar is a single value, not rows");
    expect_text(file, "padded", "ab");
    expect_text(file, "full", "abcd");
    expect_text(file, "ended", "ab");
    close_checked(file);
}

/* --- Faults ----------------------------------------------------------------------------------- */

static void faults_are_named(void **state)
{
    (void)state;
    ls_h5 *file;
    ls_h5_info info;
    uint8_t bytes[9];
    write_sample();
    file = open_as(LS_H5_READ);
    assert_int_equal(ls_h5_inspect(file, "/none", &info), LS_BAD_INPUT);
    scratch_expect_message("test.h5: no dataset /none: ");
    assert_int_equal(ls_h5_read(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){1, 2}, bytes),
                     LS_BAD_INPUT);
    scratch_expect_message("/b/bytes: rows 1 to 3 wanted, there are 2");
    assert_int_equal(ls_h5_read(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){-1, 1}, bytes),
                     LS_BAD_INPUT);
    assert_int_equal(ls_h5_write(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){0, 1}, bytes),
                     LS_BAD_INPUT);
    scratch_expect_message("test.h5: /b/bytes: can't write its rows: ");
    assert_int_equal(ls_h5_group(file, "/new"), LS_BAD_INPUT);
    scratch_expect_message("test.h5: can't make the group /new");
    info = (ls_h5_info){LS_H5_U8, 1, {1}};
    assert_int_equal(ls_h5_create(file, "/new", &info, 0, 0), LS_BAD_INPUT);
    scratch_expect_message("test.h5: can't make the dataset /new: ");
    assert_int_equal(ls_h5_put_i64(file, "/", "x", 1), LS_BAD_INPUT);
    close_checked(file);

    scratch_write(path, "no HDF5 at all", 14);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_BAD_INPUT);
    scratch_expect_message("test.h5: can't open as HDF5: ");
    assert_null(file);
    assert_int_equal(ls_h5_open(&file, scratch_path("absent"), LS_H5_UPDATE, NULL), LS_BAD_INPUT);
    scratch_expect_message("absent: can't open: No such file");
    assert_int_equal(ls_h5_open(&file, scratch_path("no/x"), LS_H5_CREATE, NULL), LS_BAD_INPUT);
    scratch_expect_message("no/x: can't create the HDF5 file: unable to open file: No such file "
                           "or directory");
    assert_int_equal(ls_h5_close(NULL), LS_OK);
    assert_int_equal(ls_alloc_live(), live);
}

static void updates_in_place(void **state)
{
    (void)state;
    uint8_t bytes[6];
    write_sample();
    ls_h5 *file = open_as(LS_H5_UPDATE);
    assert_int_equal(ls_h5_write(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){1, 1}, "xyz"), LS_OK);
    close_checked(file);
    file = open_as(LS_H5_READ);
    assert_int_equal(ls_h5_read(file, "/b/bytes", LS_H5_U8, (ls_h5_rows){0, 2}, bytes), LS_OK);
    assert_memory_equal(bytes, "\1\2\3xyz", 6);
    close_checked(file);
}

static void library_is_named(void **state)
{
    (void)state;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%d.%d.%d", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
    assert_string_equal(ls_h5_library(), wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads_back, begin),
        cmocka_unit_test_setup(equal_content_equal_files, begin),
        cmocka_unit_test_setup(room_is_taken_at_once, begin),
        cmocka_unit_test_setup(empty_datasets, begin),
        cmocka_unit_test_setup(groups_are_made_once, begin),
        cmocka_unit_test_setup(attributes_are_replaced, begin),
        cmocka_unit_test_setup(other_tools_files, begin),
        cmocka_unit_test_setup(faults_are_named, begin),
        cmocka_unit_test_setup(updates_in_place, begin),
        cmocka_unit_test_setup(library_is_named, begin),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
