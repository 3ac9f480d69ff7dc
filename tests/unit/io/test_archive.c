/* Proves: files come out of .tar.gz archives as they went in (ustar, GNU and pax headers, split and
 * long names, several gzip members, the system's own tar); an archive cut at any length, with a
 * byte changed anywhere, or with something behind it is refused and named. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/archive.h"
#include "lockstep/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LARGE 70000

static char path[LS_PATH_CHARS];
static char large[LARGE];

/* --- Building archives by hand ---------------------------------------------------------------- */

static void seal_header(char block[512])
{
    unsigned sum = 0;
    memset(block + 148, ' ', 8);
    for (int i = 0; i < 512; i++) {
        sum += (unsigned char)block[i];
    }
    snprintf(block + 148, 8, "%06o", sum);
}

static void make_header(char block[512], const char *name, char type, size_t bytes)
{
    memset(block, 0, 512);
    snprintf(block, 100, "%s", name);
    snprintf(block + 100, 8, "%07o", 0644);
    snprintf(block + 124, 12, "%011zo", bytes);
    block[156] = type;
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    seal_header(block);
}

static void add_content(ls_text *tar, const void *data, size_t bytes)
{
    static const char zeros[512];
    ls_text_add_bytes(tar, data, bytes);
    ls_text_add_bytes(tar, zeros, (512 - bytes % 512) % 512);
}

static void add_file(ls_text *tar, const char *name, char type, const void *data, size_t bytes)
{
    char block[512];
    make_header(block, name, type, bytes);
    ls_text_add_bytes(tar, block, sizeof block);
    add_content(tar, data, bytes);
}

static void add_end(ls_text *tar)
{
    static const char zeros[1024];
    ls_text_add_bytes(tar, zeros, sizeof zeros);
}

/* Appends `bytes` as one gzip member; a new file where first. */
static void write_member(const void *data, size_t bytes, bool first)
{
    gzFile file = gzopen(path, first ? "wb6" : "ab6");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned)bytes), bytes);
    assert_int_equal(gzclose(file), Z_OK);
}

static void write_tar(ls_text *tar)
{
    assert_int_equal(ls_text_check(tar), LS_OK);
    write_member(tar->data, tar->length, true);
    ls_text_free(tar);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Reads all of the archive; the first failure, or LS_OK. */
static ls_status read_through(void)
{
    ls_archive *archive;
    const char *name;
    int64_t bytes;
    static char content[LARGE];
    LS_TRY(ls_archive_open(&archive, path));
    ls_status status;
    do {
        status = ls_archive_next(archive, &name, &bytes);
        if (status == LS_OK && name != NULL && bytes <= LARGE) {
            status = ls_archive_read(archive, content, bytes);
        }
    } while (status == LS_OK && name != NULL);
    ls_archive_close(archive);
    return status;
}

static void expect_next(ls_archive *archive, const char *wanted, const void *data, int64_t bytes)
{
    const char *name;
    int64_t found;
    static char content[LARGE];
    assert_int_equal(ls_archive_next(archive, &name, &found), LS_OK);
    assert_non_null(name);
    assert_string_equal(name, wanted);
    assert_int_equal(found, bytes);
    assert_int_equal(ls_archive_read(archive, content, bytes), LS_OK);
    assert_memory_equal(content, data, (size_t)bytes);
}

static void expect_end(ls_archive *archive)
{
    const char *name = "";
    int64_t bytes;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ls_archive_next(archive, &name, &bytes), LS_OK);
        assert_null(name);
    }
    ls_archive_close(archive);
}

static void small_tar(ls_text *tar)
{
    add_file(tar, "folder/", '5', "", 0);
    add_file(tar, "folder/one", '0', "first", 5);
    add_file(tar, "folder/empty", '0', "", 0);
    add_file(tar, "folder/large", '0', large, LARGE);
    add_file(tar, "old", '\0', large, 512);
    add_end(tar);
}

static void files_come_out(void **state)
{
    (void)state;
    ls_text tar = {0};
    ls_archive *archive;
    int64_t live = ls_alloc_live();
    small_tar(&tar);
    write_tar(&tar);
    assert_int_equal(ls_archive_open(&archive, path), LS_OK);
    expect_next(archive, "folder/one", "first", 5);
    expect_next(archive, "folder/empty", "", 0);
    expect_next(archive, "folder/large", large, LARGE);
    expect_next(archive, "old", large, 512);
    expect_end(archive);
    assert_int_equal(ls_alloc_live(), live);
}

static void unread_content_is_passed_over(void **state)
{
    (void)state;
    ls_text tar = {0};
    ls_archive *archive;
    const char *name;
    int64_t bytes;
    char begin[100];
    small_tar(&tar);
    write_tar(&tar);
    assert_int_equal(ls_archive_open(&archive, path), LS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ls_archive_next(archive, &name, &bytes), LS_OK);
    }
    assert_int_equal(ls_archive_read(archive, begin, 100), LS_OK);
    assert_memory_equal(begin, large, 100);
    expect_next(archive, "old", large, 512);
    assert_int_equal(ls_archive_read(archive, begin, 1), LS_BAD_INPUT);
    scratch_expect_message("old has 0 bytes left, 1 are wanted");
    expect_end(archive);
}

/* A name in two fields, GNU's long name, a size in base 256, pax headers, a link with a size. */
static void kinds_of_headers(void **state)
{
    (void)state;
    ls_text tar = {0};
    char block[512];
    char long_name[200];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';

    make_header(block, "name", '0', 3);
    memcpy(block + 345, "some/prefix", 11);
    seal_header(block);
    ls_text_add_bytes(&tar, block, sizeof block);
    add_content(&tar, "abc", 3);
    add_file(&tar, "././@LongLink", 'L', long_name, sizeof long_name);
    add_file(&tar, "pax", 'x', "12 path=nnn\n", 12);
    add_file(&tar, "short", '0', "defg", 4);
    add_file(&tar, "pax", 'g', "12 path=nnn\n", 12);
    add_file(&tar, "link", '1', "", 0);
    make_header(block, "link-with-size", '2', 700);
    ls_text_add_bytes(&tar, block, sizeof block);
    make_header(block, "binary-size", '0', 0);
    memset(block + 124, 0, 12);
    block[124] = (char)0x80;
    block[134] = 2; /* 512 */
    block[135] = 1;
    seal_header(block);
    ls_text_add_bytes(&tar, block, sizeof block);
    add_content(&tar, large, 513);
    add_end(&tar);
    write_tar(&tar);

    ls_archive *archive;
    assert_int_equal(ls_archive_open(&archive, path), LS_OK);
    expect_next(archive, "some/prefix/name", "abc", 3);
    expect_next(archive, long_name, "defg", 4);
    expect_next(archive, "binary-size", large, 513);
    expect_end(archive);
}

static void several_members(void **state)
{
    (void)state;
    ls_text tar = {0};
    small_tar(&tar);
    write_member(tar.data, 700, true);
    write_member(tar.data + 700, 1, false);
    write_member(tar.data + 701, tar.length - 701, false);
    ls_text_free(&tar);
    assert_int_equal(read_through(), LS_OK);
}

/* An archive by the system's tar, in its default format. */
static void the_systems_tar(void **state)
{
    (void)state;
    char command[3 * LS_PATH_CHARS];
    char deep[400];
    snprintf(deep, sizeof deep, "deep/%090d/%090d", 1, 2);
    assert_int_equal(ls_folder_make(scratch_path(deep)), LS_OK);
    snprintf(deep, sizeof deep, "deep/%090d/%090d/file", 1, 2);
    scratch_write(scratch_path(deep), large, 1000);
    static const char *const formats[] = {"gnu", "ustar", "pax", "v7"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const char *member = strcmp(formats[i], "v7") == 0 ? "plain" : deep;
        scratch_write(scratch_path("plain"), large, 1000);
        snprintf(command, sizeof command, "tar -c -z -f '%s' --format=%s -C '%s' '%s'", path,
                 formats[i], scratch_path(""), member);
        if (system(command) != 0) {
            skip();
        }
        ls_archive *archive;
        const char *name;
        int64_t bytes;
        assert_int_equal(ls_archive_open(&archive, path), LS_OK);
        assert_int_equal(ls_archive_next(archive, &name, &bytes), LS_OK);
        assert_non_null(name);
        if (strcmp(formats[i], "pax") != 0) { /* whose long names stand in what is passed over */
            assert_string_equal(name, member);
        }
        assert_int_equal(bytes, 1000);
        expect_end(archive);
    }
}

/* --- Damage ----------------------------------------------------------------------------------- */

static void cut_anywhere(void **state)
{
    (void)state;
    ls_text tar = {0};
    ls_text whole;
    small_tar(&tar);
    write_tar(&tar);
    assert_int_equal(ls_file_read(path, &whole), LS_OK);
    for (size_t bytes = 0; bytes < whole.length; bytes += bytes + 20 < whole.length ? 13 : 1) {
        scratch_write(path, whole.data, bytes);
        assert_int_equal(read_through(), LS_BAD_INPUT);
        scratch_expect_message("archive.tar.gz: truncated: the gzip data does not end within");
    }
    ls_text_free(&whole);
}

/* The first bytes of the gzip header hold flags and a time that no checksum covers. */
static void changed_anywhere(void **state)
{
    (void)state;
    ls_text tar = {0};
    ls_text whole;
    small_tar(&tar);
    write_tar(&tar);
    assert_int_equal(ls_file_read(path, &whole), LS_OK);
    for (size_t at = 10; at < whole.length; at += 11) {
        whole.data[at] = (char)(whole.data[at] ^ 0x10);
        scratch_write(path, whole.data, whole.length);
        assert_int_equal(read_through(), LS_BAD_INPUT);
        scratch_expect_message("archive.tar.gz: ");
        whole.data[at] = (char)(whole.data[at] ^ 0x10);
    }
    whole.data[whole.length - 7] = (char)(whole.data[whole.length - 7] ^ 1);
    scratch_write(path, whole.data, whole.length);
    assert_int_equal(read_through(), LS_BAD_INPUT);
    scratch_expect_message("damaged gzip data: incorrect data check");
    ls_text_free(&whole);
}

static void something_behind(void **state)
{
    (void)state;
    ls_text tar = {0};
    small_tar(&tar);
    write_tar(&tar);
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    fputs("not a gzip member", file);
    fclose(file);
    assert_int_equal(read_through(), LS_BAD_INPUT);
    scratch_expect_message("archive.tar.gz: damaged: something that is not gzip follows");
}

static void expect_damage(ls_text *tar, const char *message)
{
    write_tar(tar);
    assert_int_equal(read_through(), LS_BAD_INPUT);
    scratch_expect_message("archive.tar.gz: damaged tar archive: ");
    scratch_expect_message(message);
}

static void damaged_tar_in_sound_gzip(void **state)
{
    (void)state;
    ls_text tar = {0};
    char block[512];
    add_file(&tar, "one", '0', "first", 5);
    tar.data[3] ^= 1;
    add_end(&tar);
    expect_damage(&tar, "the checksum of header 1 is wrong");

    add_file(&tar, "one", '0', "first", 5);
    make_header(block, "two", '0', 0);
    memcpy(block + 124, "0000008x", 8);
    seal_header(block);
    ls_text_add_bytes(&tar, block, sizeof block);
    add_end(&tar);
    expect_damage(&tar, "header 2 has no valid size");

    make_header(block, "negative", '0', 0);
    memset(block + 124, 0xff, 12);
    seal_header(block);
    ls_text_add_bytes(&tar, block, sizeof block);
    add_end(&tar);
    expect_damage(&tar, "header 1 has no valid size");

    add_file(&tar, "one", '0', "first", 5);
    expect_damage(&tar, "no end mark after 1 headers");

    add_file(&tar, "one", '0', large, 2000);
    tar.length -= 600;
    expect_damage(&tar, "it ends within file 1, one");

    small_tar(&tar);
    ls_text_add(&tar, "more");
    expect_damage(&tar, "something follows its end mark");

    add_file(&tar, "././@LongLink", 'L', large, LS_PATH_CHARS);
    add_end(&tar);
    expect_damage(&tar, "a name of 4096 bytes");
}

static void what_is_no_archive(void **state)
{
    (void)state;
    ls_archive *archive;
    scratch_write(path, "plain text, no gzip", 19);
    assert_int_equal(read_through(), LS_BAD_INPUT);
    scratch_expect_message("archive.tar.gz: not a gzip file, or damaged: incorrect header check");
    assert_int_equal(ls_archive_open(&archive, scratch_path("absent")), LS_BAD_INPUT);
    scratch_expect_message("absent: can't open: No such file");
    assert_null(archive);
}

static int make(void **state)
{
    for (int i = 0; i < LARGE; i++) {
        large[i] = (char)(((unsigned)i * 2654435761U) >> 13);
    }
    int failed = scratch_make(state);
    snprintf(path, sizeof path, "%s", scratch_path("archive.tar.gz"));
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_out),
        cmocka_unit_test(unread_content_is_passed_over),
        cmocka_unit_test(kinds_of_headers),
        cmocka_unit_test(several_members),
        cmocka_unit_test(the_systems_tar),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(changed_anywhere),
        cmocka_unit_test(something_behind),
        cmocka_unit_test(damaged_tar_in_sound_gzip),
        cmocka_unit_test(what_is_no_archive),
    };
    return cmocka_run_group_tests(tests, make, scratch_remove);
}
