/* Proves of files made in memory: nothing reaches the disk; the bytes, stamped and written by plain
 * means, pass the seal's check, and open as HDF5 with the content of a file made on the disk; they
 * are those that sealing such a file on the disk gives; a changed byte is found; an abandoned one
 * leaves nothing open. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

#define ROWS 1000
#define DIMS 7

static float values[ROWS * DIMS];
static const int64_t numbers[3] = {INT64_MIN, 0, INT64_MAX};
static const ls_h5_info values_info = {LS_H5_F32, 2, {ROWS, DIMS}};
static const ls_h5_info numbers_info = {LS_H5_I64, 1, {3}};

static ls_h5 *make(const char *path, ls_h5_mode mode)
{
    ls_h5 *file;
    for (int i = 0; i < ROWS * DIMS; i++) {
        values[i] = (float)i / 3;
    }
    assert_int_equal(ls_h5_open(&file, path, mode, NULL), LS_OK);
    assert_int_equal(ls_h5_create(file, "/a/values", &values_info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_create(file, "/numbers", &numbers_info, 0, 0), LS_OK);
    assert_int_equal(ls_h5_write(file, "/a/values", LS_H5_F32, (ls_h5_rows){0, ROWS}, values), 0);
    assert_int_equal(ls_h5_write(file, "/numbers", LS_H5_I64, (ls_h5_rows){0, 3}, numbers), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/a", "unit", "\xc2\xb5m"), LS_OK);
    assert_int_equal(ls_h5_put_i64(file, "/", "version", -5), LS_OK);
    return file;
}

static void require_content(const char *path)
{
    ls_h5 *file;
    ls_h5_info info;
    ls_text unit = {0};
    static float found[ROWS * DIMS];
    int64_t found_numbers[3], version;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    assert_int_equal(ls_h5_inspect(file, "/a/values", &info), LS_OK);
    assert_memory_equal(&info, &values_info, sizeof info);
    assert_int_equal(ls_h5_read(file, "/a/values", LS_H5_F32, (ls_h5_rows){0, ROWS}, found), 0);
    assert_memory_equal(found, values, sizeof values);
    assert_int_equal(ls_h5_read(file, "/numbers", LS_H5_I64, (ls_h5_rows){0, 3}, found_numbers),
                     LS_OK);
    assert_memory_equal(found_numbers, numbers, sizeof numbers);
    assert_int_equal(ls_h5_get_text(file, "/a", "unit", &unit), LS_OK);
    assert_string_equal(unit.data, "\xc2\xb5m");
    assert_int_equal(ls_h5_get_i64(file, "/", "version", &version), LS_OK);
    assert_int_equal(version, -5);
    ls_text_free(&unit);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

/* The stamped bytes; owner: the caller. */
static void *stamped(size_t *bytes, ls_seal_kind kind)
{
    const char *path = scratch_path("never-there.h5");
    void *data;
    ls_h5 *file = make(path, LS_H5_MEMORY);
    assert_int_equal(ls_h5_close_memory(file, &data, bytes), LS_OK);
    assert_false(ls_file_exists(path));
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    for (size_t i = 0; i < LS_SEAL_BYTES; i++) {
        assert_int_equal(((const char *)data)[i], 0);
    }
    assert_memory_equal((const char *)data + LS_SEAL_BYTES, "\x89HDF\r\n\x1a\n", 8);
    assert_int_equal(ls_seal_stamp(data, *bytes, kind), LS_OK);
    return data;
}

static void its_bytes_are_a_sealed_file(void **state)
{
    (void)state;
    size_t bytes;
    int64_t live = ls_alloc_live();
    void *data = stamped(&bytes, LS_SEAL_CHECKPOINT);
    const char *path = scratch_path("written.h5");
    scratch_write(path, data, bytes);
    assert_int_equal(ls_seal_check(path, LS_SEAL_CHECKPOINT), LS_OK);
    assert_int_equal(ls_seal_check(path, LS_SEAL_DATA), LS_BAD_INPUT);
    require_content(path);
    ls_free(data);
    assert_int_equal(ls_alloc_live(), live);
}

/* Sealing what was written without a seal gives the same file. */
static void stamp_and_seal_agree(void **state)
{
    (void)state;
    size_t bytes;
    ls_text sealed = {0};
    void *data = stamped(&bytes, LS_SEAL_CODES);
    const char *path = scratch_path("sealed.h5");
    char block[LS_SEAL_BYTES];
    memcpy(block, data, sizeof block);
    memset(data, 0, sizeof block);
    scratch_write(path, data, bytes);
    assert_int_equal(ls_seal_check(path, LS_SEAL_CODES), LS_BAD_INPUT);
    assert_int_equal(ls_seal_write(path, LS_SEAL_CODES), LS_OK);
    assert_int_equal(ls_file_read(path, &sealed), LS_OK);
    assert_int_equal(sealed.length, bytes);
    assert_memory_equal(sealed.data, block, sizeof block);
    ls_text_free(&sealed);
    ls_free(data);
}

static void a_changed_byte_is_found(void **state)
{
    (void)state;
    size_t bytes;
    char *data = stamped(&bytes, LS_SEAL_CHECKPOINT);
    const char *path = scratch_path("changed.h5");
    for (size_t at = 0; at < bytes; at += 997) {
        data[at] = (char)(data[at] ^ 1);
        scratch_write(path, data, bytes);
        assert_int_equal(ls_seal_check(path, LS_SEAL_CHECKPOINT), LS_BAD_INPUT);
        data[at] = (char)(data[at] ^ 1);
    }
    scratch_write(path, data, bytes - 1);
    assert_int_equal(ls_seal_check(path, LS_SEAL_CHECKPOINT), LS_BAD_INPUT);
    ls_free(data);
}

static void equal_content_gives_equal_bytes(void **state)
{
    (void)state;
    size_t bytes, again_bytes;
    void *data = stamped(&bytes, LS_SEAL_DATA);
    void *again = stamped(&again_bytes, LS_SEAL_DATA);
    assert_int_equal(bytes, again_bytes);
    assert_memory_equal(data, again, bytes);
    ls_free(data);
    ls_free(again);
    assert_int_equal(ls_h5_close(make(scratch_path("disk.h5"), LS_H5_CREATE)), LS_OK);
    require_content(scratch_path("disk.h5"));
}

static void an_abandoned_one_leaves_nothing(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    const char *path = scratch_path("abandoned.h5");
    assert_int_equal(ls_h5_close(make(path, LS_H5_MEMORY)), LS_OK);
    assert_false(ls_file_exists(path));
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    assert_int_equal(ls_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_bytes_are_a_sealed_file),
        cmocka_unit_test(stamp_and_seal_agree),
        cmocka_unit_test(a_changed_byte_is_found),
        cmocka_unit_test(equal_content_gives_equal_bytes),
        cmocka_unit_test(an_abandoned_one_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
