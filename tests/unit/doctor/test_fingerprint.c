/* Proves that a fingerprint is the same for equal content and another one where content differs in
 * what is looked at: size, any byte of a file that is read whole, the first and last byte of a
 * larger one; names, sizes and beginnings of a folder's files. */
#include "doctor/fingerprint.h"
#include "unit/cmocka_all.h"
#include "unit/io/scratch.h"

#include "lockstep/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest file that is read whole. */
#define WHOLE ((size_t)LS_FINGERPRINT_PIECES * LS_FINGERPRINT_BYTES)

static ls_fingerprint take(const char *path)
{
    ls_fingerprint print;
    assert_int_equal(ls_fingerprint_take(&print, path), LS_OK);
    return print;
}

/* With `bytes` zeros, but a 1 at `at` (bytes = none). */
static ls_fingerprint of_file(size_t bytes, size_t at)
{
    const char *path = scratch_path("file");
    char *data = calloc(1, bytes + 1);
    assert_non_null(data);
    data[at] = 1;
    scratch_write(path, data, bytes);
    free(data);
    ls_fingerprint print = take(path);
    assert_int_equal(print.files, 1);
    assert_int_equal(print.bytes, bytes);
    return print;
}

static bool differ(ls_fingerprint a, ls_fingerprint b)
{
    return memcmp(&a, &b, sizeof a) != 0;
}

static void files(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 1000, LS_FINGERPRINT_BYTES + 1, WHOLE};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t bytes = sizes[i];
        ls_fingerprint zeros = of_file(bytes, bytes);
        assert_false(differ(zeros, of_file(bytes, bytes)));
        const size_t places[] = {0, bytes / 3, bytes / 2, bytes - 1};
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
            assert_true(differ(zeros, of_file(bytes, places[k])));
        }
        assert_true(differ(zeros, of_file(bytes + 1, bytes + 1)));
    }
    ls_fingerprint large = of_file(2 * WHOLE, 2 * WHOLE);
    assert_true(differ(large, of_file(2 * WHOLE, 0)));
    assert_true(differ(large, of_file(2 * WHOLE, 2 * WHOLE - 1)));
    assert_int_equal(of_file(0, 0).bytes, 0);
}

static void folders(void **state)
{
    (void)state;
    char root[LS_PATH_CHARS];
    snprintf(root, sizeof root, "%s", scratch_path("root"));
    assert_int_equal(ls_folder_make(scratch_path("root/train/cat")), LS_OK);
    scratch_write(scratch_path("root/train/cat/1.png"), "abc", 3);
    scratch_write(scratch_path("root/notes"), "x", 1);
    ls_fingerprint before = take(root);
    assert_int_equal(before.files, 2);
    assert_int_equal(before.bytes, 4);
    assert_false(differ(before, take(root)));
    scratch_write(scratch_path("root/train/cat/1.png"), "abd", 3);
    assert_true(differ(before, take(root)));
    scratch_write(scratch_path("root/train/cat/1.png"), "abc", 3);
    assert_false(differ(before, take(root)));
    assert_int_equal(rename(scratch_path("root/notes"), scratch_path("root/other")), 0);
    assert_true(differ(before, take(root)));
}

static void absent(void **state)
{
    (void)state;
    ls_fingerprint print;
    assert_int_equal(ls_fingerprint_take(&print, scratch_path("absent")), LS_BAD_INPUT);
    scratch_expect_message("absent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(folders),
        cmocka_unit_test(absent),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
