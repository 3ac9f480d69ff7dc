/* Proves: the user block is laid out byte by byte as the header says; a sealed file passes and
 * every damage is found and named: empty, cut off, lengthened, another program's, another version
 * or kind, and a flipped bit anywhere. A pipe of that name is refused and not waited for. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static char path[LS_PATH_CHARS];
static ls_text whole; /* of the sealed file */

static int make(void **state)
{
    int failed = scratch_make(state);
    ls_h5 *file;
    snprintf(path, sizeof path, "%s", scratch_path("sealed.h5"));
    int64_t values[50];
    for (int i = 0; i < 50; i++) {
        values[i] = i * i;
    }
    ls_h5_info info = {LS_H5_I64, 1, {50}};
    failed = failed || ls_h5_open(&file, path, LS_H5_CREATE, NULL) != LS_OK ||
             ls_h5_create(file, "/values", &info, 0, 0) != LS_OK ||
             ls_h5_write(file, "/values", LS_H5_I64, (ls_h5_rows){0, 50}, values) != LS_OK ||
             ls_h5_close(file) != LS_OK || ls_seal_present(path) ||
             ls_seal_write(path, LS_SEAL_DATA) != LS_OK || ls_file_read(path, &whole) != LS_OK;
    return failed;
}

static int clean(void **state)
{
    ls_text_free(&whole);
    return scratch_remove(state);
}

/* Writes the sealed file with `bytes` of it and byte `at` changed by `mask`. */
static const char *damaged(size_t bytes, size_t at, int mask)
{
    const char *other = scratch_path("damaged.h5");
    char kept = whole.data[at];
    whole.data[at] = (char)(kept ^ mask);
    scratch_write(other, whole.data, bytes);
    whole.data[at] = kept;
    return other;
}

static uint64_t little_endian(const char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
        value = value * 256 + (unsigned char)at[i];
    }
    return value;
}

static void block_is_as_described(void **state)
{
    (void)state;
    assert_true(ls_seal_present(path));
    assert_memory_equal(whole.data, "LOCKSTEP", 8);
    assert_int_equal(little_endian(whole.data + 8, 4), 1);
    assert_int_equal(little_endian(whole.data + 12, 4), LS_SEAL_DATA);
    assert_int_equal(little_endian(whole.data + 16, 8), whole.length);
    ls_hash_stream *stream = ls_hash_stream_create();
    assert_non_null(stream);
    ls_hash_stream_update(stream, whole.data + 512, whole.length - 512);
    ls_hash128 hash = ls_hash_stream_finish128(stream);
    ls_hash_stream_destroy(stream);
    assert_true(little_endian(whole.data + 24, 8) == hash.low);
    assert_true(little_endian(whole.data + 32, 8) == hash.high);
    assert_true(little_endian(whole.data + 40, 8) == ls_hash64(whole.data, 40));
    for (size_t i = 48; i < 512; i++) {
        assert_int_equal(whole.data[i], 0);
    }
    assert_memory_equal(whole.data + 512, "\x89HDF\r\n\x1a\n", 8);
}

static void sealed_files_pass(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    assert_int_equal(ls_seal_check(path, LS_SEAL_DATA), LS_OK);
    assert_int_equal(ls_seal_check(path, LS_SEAL_ANY), LS_OK);
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(ls_alloc_live(), live);
}

static void lengths(void **state)
{
    (void)state;
    char expected[128];
    assert_int_equal(ls_seal_check(damaged(0, 0, 0), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("damaged.h5: the file is empty (0 bytes)");
    assert_int_equal(ls_seal_check(damaged(100, 0, 0), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("damaged.h5: truncated: has 100 bytes, the seal alone has 512");
    assert_int_equal(ls_seal_check(damaged(3, 0, 0), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("truncated: has 3 bytes");
    for (size_t bytes = 512; bytes < whole.length; bytes += 97) {
        assert_int_equal(ls_seal_check(damaged(bytes, 0, 0), LS_SEAL_DATA), LS_BAD_INPUT);
        snprintf(expected, sizeof expected, "truncated: has %zu bytes, should have %zu", bytes,
                 whole.length);
        scratch_expect_message(expected);
    }
    assert_int_equal(ls_seal_check(damaged(whole.length + 1, 0, 0), LS_SEAL_DATA), LS_BAD_INPUT);
    snprintf(expected, sizeof expected, "longer than when it was sealed: has %zu bytes, should",
             whole.length + 1);
    scratch_expect_message(expected);
    scratch_expect_message("`lockstep data seal");
}

static void heads(void **state)
{
    (void)state;
    assert_int_equal(ls_seal_check(damaged(whole.length, 0, 1), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("not a file of Lockstep: it does not begin with \"LOCKSTEP\"");
    assert_false(ls_seal_present(damaged(whole.length, 0, 1)));
    assert_int_equal(ls_seal_check(damaged(whole.length, 8, 3), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("format version 2, this program reads version 1");
    assert_int_equal(ls_seal_check(damaged(whole.length, 20, 1), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("the seal at its beginning is damaged");
    assert_int_equal(ls_seal_check(damaged(whole.length, 300, 1), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("the seal at its beginning is damaged");
    assert_int_equal(ls_seal_check(path, LS_SEAL_CHECKPOINT), LS_BAD_INPUT);
    scratch_expect_message("sealed.h5: holds a data set, wanted is a checkpoint");
    assert_int_equal(ls_seal_check(path, LS_SEAL_CODES), LS_BAD_INPUT);
    scratch_expect_message("holds a data set, wanted is codes");
}

static void contents(void **state)
{
    (void)state;
    const char *other = damaged(whole.length, 700, 4);
    assert_int_equal(ls_seal_check(other, LS_SEAL_DATA), LS_BAD_INPUT);
    scratch_expect_message("edited by another tool? `lockstep data seal ");
    assert_int_equal(ls_seal_write(other, LS_SEAL_ANY), LS_OK);
    assert_int_equal(ls_seal_check(other, LS_SEAL_DATA), LS_OK);
}

static void every_flipped_bit(void **state)
{
    (void)state;
    for (size_t at = 0; at < whole.length; at += 7) {
        const char *other = damaged(whole.length, at, 1 << at % 8);
        assert_int_equal(ls_seal_check(other, LS_SEAL_DATA), LS_BAD_INPUT);
        scratch_expect_message("damaged.h5: ");
    }
}

static void pipes_are_not_waited_for(void **state)
{
    (void)state;
    const char *pipe = scratch_path("pipe.h5");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(ls_seal_check(pipe, LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("pipe.h5: not a regular file");
    assert_false(ls_seal_present(pipe));
}

static void what_cannot_be_sealed(void **state)
{
    (void)state;
    const char *other = scratch_path("foreign");
    scratch_write(other, "\x89HDF\r\n\x1a\n and so on", 18);
    assert_int_equal(ls_seal_write(other, LS_SEAL_DATA), LS_BAD_INPUT);
    scratch_expect_message("no HDF5 file with a user block of 512 bytes");
    assert_int_equal(ls_seal_write(damaged(whole.length, 0, 1), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("not a file of Lockstep");
    assert_int_equal(ls_seal_write(damaged(whole.length, 12, 0x40), LS_SEAL_ANY), LS_BAD_INPUT);
    scratch_expect_message("its seal names no kind");
    assert_int_equal(ls_seal_write(scratch_path("absent"), LS_SEAL_DATA), LS_BAD_INPUT);
    scratch_expect_message("absent: can't open: No such file");
    assert_int_equal(ls_seal_check(scratch_path("absent"), LS_SEAL_DATA), LS_BAD_INPUT);
    assert_int_equal(ls_seal_check(scratch_path(""), LS_SEAL_DATA), LS_BAD_INPUT);
    scratch_expect_message("not a regular file");
    assert_false(ls_seal_present(scratch_path("absent")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_is_as_described),
        cmocka_unit_test(sealed_files_pass),
        cmocka_unit_test(lengths),
        cmocka_unit_test(heads),
        cmocka_unit_test(contents),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(pipes_are_not_waited_for),
        cmocka_unit_test(what_cannot_be_sealed),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
