/* Proves: a replaced file has the whole new content and leaves nothing beside it; folders are made
 * with all above them and listed by bytes; room that the disk can't give is told with the bytes
 * wanted; each fault names the path. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_content(const char *path, const char *content, size_t bytes)
{
    ls_text found;
    assert_int_equal(ls_file_read(path, &found), LS_OK);
    assert_int_equal(found.length, bytes);
    assert_memory_equal(found.data, content, bytes);
    ls_text_free(&found);
}

static void replaced_whole(void **state)
{
    (void)state;
    const char *folder = scratch_path("replace");
    assert_int_equal(ls_folder_make(folder), LS_OK);
    char path[LS_PATH_CHARS];
    assert_int_equal(ls_path_join(path, folder, "file"), LS_OK);
    assert_false(ls_file_exists(path));
    assert_int_equal(ls_file_replace(path, "first, longer", 13), LS_OK);
    assert_int_equal(ls_file_replace(path, "a\0b", 3), LS_OK);
    expect_content(path, "a\0b", 3);
    int64_t bytes = 0;
    assert_int_equal(ls_file_size(path, &bytes), LS_OK);
    assert_int_equal(bytes, 3);
    assert_int_equal(ls_file_replace(path, "", 0), LS_OK);
    expect_content(path, "", 0);

    ls_names names;
    assert_int_equal(ls_folder_list(folder, &names), LS_OK);
    assert_int_equal(names.count, 1);
    assert_string_equal(names.name[0], "file");
    ls_names_free(&names);
}

/* Readers that have the old file open go on reading the old content. */
static void old_readers_keep_the_old(void **state)
{
    (void)state;
    const char *path = scratch_path("kept");
    char found[8] = "";
    assert_int_equal(ls_file_replace(path, "old", 3), LS_OK);
    FILE *reader = fopen(path, "rb");
    assert_non_null(reader);
    assert_int_equal(ls_file_replace(path, "new", 3), LS_OK);
    assert_int_equal(fread(found, 1, sizeof found, reader), 3);
    assert_memory_equal(found, "old", 3);
    fclose(reader);
    expect_content(path, "new", 3);
}

/* A write that fails half-way leaves the old content and nothing beside it. The limit of a file's
 * size stands in for a full disk. */
static void failed_write_leaves_the_old(void **state)
{
    (void)state;
    static char large[100000];
    char partial[LS_PATH_CHARS];
    snprintf(partial, sizeof partial, "%s", scratch_path(".limited.partial"));
    const char *path = scratch_path("limited");
    assert_int_equal(ls_file_replace(path, "old", 3), LS_OK);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {.rlim_cur = 50000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    ls_status status = ls_file_replace(path, large, sizeof large);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(status, LS_OK);
    scratch_expect_message("limited.partial: can't write: File too large");
    expect_content(path, "old", 3);
    assert_false(ls_file_exists(partial));
}

/* What a killed job leaves: files not yet whole, and those that Open MPI makes beside them. */
static void names_of_leftovers(void **state)
{
    (void)state;
    assert_true(ls_file_is_partial(".step-00000004.h5.partial"));
    assert_true(ls_file_is_partial(".step-00000004.h5.partial.locktest.0"));
    assert_true(ls_file_is_partial(".a.partial.partial.locktest.15"));
    assert_false(ls_file_is_partial("step-00000004.h5.partial"));
    assert_false(ls_file_is_partial(".step-00000004.h5"));
    assert_false(ls_file_is_partial(".partial"));
    assert_false(ls_file_is_partial(".a.partial.locktest."));
    assert_false(ls_file_is_partial(".a.partial.locktest.x"));
    assert_false(ls_file_is_partial(".a.partial.old"));
    assert_false(ls_file_is_partial(".a.locktest.0"));
}

static void large_files(void **state)
{
    (void)state;
    static char data[300001];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (char)(i * 7);
    }
    const char *path = scratch_path("large");
    assert_int_equal(ls_file_replace(path, data, sizeof data), LS_OK);
    expect_content(path, data, sizeof data);
}

static void renamed_and_removed(void **state)
{
    (void)state;
    const char *from = scratch_path("from");
    const char *to = scratch_path("to");
    assert_int_equal(ls_file_replace(from, "x", 1), LS_OK);
    assert_int_equal(ls_file_rename(from, to), LS_OK);
    assert_false(ls_file_exists(from));
    expect_content(to, "x", 1);
    assert_int_equal(ls_file_rename(from, to), LS_BAD_INPUT);
    scratch_expect_message(from);
    assert_int_equal(ls_file_remove(to), LS_OK);
    assert_int_equal(ls_file_remove(to), LS_OK);
    assert_false(ls_file_exists(to));
}

static void folders_are_made(void **state)
{
    (void)state;
    const char *deep = scratch_path("a/b//c/");
    assert_int_equal(ls_folder_make(deep), LS_OK);
    assert_int_equal(ls_folder_make(deep), LS_OK);
    assert_true(ls_folder_exists(scratch_path("a/b/c")));
    assert_false(ls_file_exists(scratch_path("a/b")));
    assert_int_equal(ls_file_replace(scratch_path("a/file"), "", 0), LS_OK);
    assert_int_equal(ls_folder_make(scratch_path("a/file/below")), LS_BAD_INPUT);
    scratch_expect_message("a/file: can't make the folder: a file has that name");
    assert_int_equal(ls_folder_make(""), LS_BAD_INPUT);
}

static void lists_are_sorted(void **state)
{
    (void)state;
    static const char *const names[] = {"list/b", "list/a10", "list/a2", "list/B", "list/.hidden"};
    static const char *const sorted[] = {".hidden", "B", "a10", "a2", "b", "c"};
    int64_t live = ls_alloc_live();
    assert_int_equal(ls_folder_make(scratch_path("list/c")), LS_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(ls_file_replace(scratch_path(names[i]), "", 0), LS_OK);
    }
    ls_names found;
    assert_int_equal(ls_folder_list(scratch_path("list"), &found), LS_OK);
    assert_int_equal(found.count, 6);
    for (int i = 0; i < found.count; i++) {
        assert_string_equal(found.name[i], sorted[i]);
    }
    ls_names_free(&found);
    assert_int_equal(ls_folder_list(scratch_path("list/c"), &found), LS_OK);
    assert_int_equal(found.count, 0);
    ls_names_free(&found);
    assert_int_equal(ls_alloc_live(), live);
    assert_int_equal(ls_folder_list(scratch_path("absent"), &found), LS_BAD_INPUT);
    scratch_expect_message("absent: can't list the folder: No such file");
}

static void room_is_reserved(void **state)
{
    (void)state;
    const char *path = scratch_path("room");
    int64_t bytes = 0;
    assert_int_equal(ls_file_replace(path, "begin", 5), LS_OK);
    assert_int_equal(ls_file_reserve(path, 100000), LS_OK);
    assert_int_equal(ls_file_size(path, &bytes), LS_OK);
    assert_int_equal(bytes, 100000);
    struct stat entry;
    assert_int_equal(stat(path, &entry), 0);
    assert_true(entry.st_blocks * 512 >= 100000);
    ls_text found;
    assert_int_equal(ls_file_read(path, &found), LS_OK);
    assert_memory_equal(found.data, "begin\0\0", 7);
    ls_text_free(&found);
    assert_int_equal(ls_file_reserve(scratch_path("none"), 0), LS_OK);
    assert_true(ls_file_exists(scratch_path("none")));
    /* 2^60 bytes: no disk has them (ENOSPC), or no file may be so large (EFBIG). */
    assert_int_not_equal(ls_file_reserve(path, INT64_C(1) << 60), LS_OK);
    scratch_expect_message("room: no room for 1152921504606846976 bytes");
}

static void faults_name_the_path(void **state)
{
    (void)state;
    ls_text text;
    int64_t bytes;
    assert_int_equal(ls_file_read(scratch_path("absent"), &text), LS_BAD_INPUT);
    scratch_expect_message("/absent: can't open: No such file");
    assert_int_equal(ls_file_size(scratch_path("absent"), &bytes), LS_BAD_INPUT);
    scratch_expect_message("/absent: No such file");
    assert_int_equal(ls_file_size(scratch_path(""), &bytes), LS_BAD_INPUT);
    scratch_expect_message("not a regular file");
    assert_int_equal(ls_file_read(scratch_path(""), &text), LS_BAD_INPUT);
    scratch_expect_message("can't read: Is a directory");
    assert_int_equal(ls_file_replace(scratch_path("absent/x"), "", 0), LS_BAD_INPUT);
    scratch_expect_message("can't create: No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaced_whole),
        cmocka_unit_test(old_readers_keep_the_old),
        cmocka_unit_test(failed_write_leaves_the_old),
        cmocka_unit_test(names_of_leftovers),
        cmocka_unit_test(large_files),
        cmocka_unit_test(renamed_and_removed),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(lists_are_sorted),
        cmocka_unit_test(room_is_reserved),
        cmocka_unit_test(faults_name_the_path),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
