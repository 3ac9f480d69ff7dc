/* Proves of gzip, tar and CIFAR records, for any file: reading ends with a status, touches no
 * memory but its own and leaks none; a fault is named with the file; a set that was opened gives
 * exactly the images that it announced, with labels below its classes.
 *
 * Input: a byte for the form, then
 *   g  the file as it is                    T  a tar, in a sound gzip file
 *   t  the same, with its headers' checksums made right
 *   c  files of a CIFAR set in a sound archive, four bytes each: which name; records, and whether a
 *      byte is missing or too many; label bytes
 *   d  the same files in a folder */
#include "fuzz.h"
#include "pack.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/archive.h"

#include "data/cifar.h"
#include "data/cifar_sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX   8
#define RECORDS_MAX 2
#define PIECE       3 /* images asked for at once: fewer than a set has */

/* --- Reading ---------------------------------------------------------------------------------- */

/* Reads the beginning of every file, and lets the rest be passed over. */
static void walk(ls_archive *archive, const char *path)
{
    static char content[700];
    const char *name;
    int64_t bytes;
    while (fuzz_judge(ls_archive_next(archive, &name, &bytes), path) && name != NULL) {
        fuzz_require(strlen(name) < LS_PATH_CHARS && bytes >= 0, "a member without name or size");
        int64_t wanted = bytes < (int64_t)sizeof content ? bytes : (int64_t)sizeof content;
        if (!fuzz_judge(ls_archive_read(archive, content, wanted), path)) {
            return;
        }
    }
}

static void walk_file(const char *path)
{
    ls_archive *archive;
    if (fuzz_judge(ls_archive_open(&archive, path), path)) {
        walk(archive, path);
        ls_archive_close(archive);
    }
}

/* All pieces of what is asked for; false when reading failed. */
static bool stream(ls_source *source, const int64_t until[LS_SPLIT_COUNT],
                   int64_t seen[LS_SPLIT_COUNT])
{
    static uint8_t pixels[PIECE * LS_CIFAR_PIXELS];
    uint8_t labels[PIECE];
    ls_piece piece;
    if (!fuzz_judge(source->ops->rewind(source, until), source->path)) {
        return false;
    }
    while (fuzz_judge(source->ops->next(source, PIECE, &piece, pixels, labels), source->path)) {
        if (piece.count == 0) {
            return true;
        }
        fuzz_require(piece.count > 0 && piece.count <= PIECE && piece.first >= 0 &&
                         piece.first + piece.count <= source->info.images[piece.split],
                     "a piece beyond the images");
        for (int64_t i = 0; i < piece.count; i++) {
            fuzz_require(labels[i] < source->info.classes, "a label beyond the classes");
        }
        seen[piece.split] += piece.count;
    }
    return false;
}

static void read_images(ls_source *source)
{
    const int64_t *images = source->info.images;
    int64_t all[LS_SPLIT_COUNT] = {0, 0};
    if (stream(source, images, all)) {
        fuzz_require(all[LS_TRAIN] == images[LS_TRAIN] && all[LS_TEST] == images[LS_TEST],
                     "other images than were announced");
    }
    int64_t first[LS_SPLIT_COUNT] = {0, 0};
    if (stream(source, (const int64_t[]){1, 0}, first)) {
        fuzz_require(first[LS_TRAIN] > 0 && first[LS_TEST] == 0, "the first image is missing");
    }
}

static void read_source(const ls_source_ops *ops, const char *path)
{
    static ls_source source;
    memset(&source, 0, sizeof source);
    source.ops = ops;
    snprintf(source.path, sizeof source.path, "%s", path);
    fuzz_require(ls_comm_self(&source.comm) == LS_OK, "no communicator");
    if (fuzz_judge(ops->open(&source, NULL), path)) {
        read_images(&source);
    }
    ops->close(&source);
    ls_comm_finish(source.comm);
}

/* --- Making files ----------------------------------------------------------------------------- */

typedef struct member {
    char name[32];
    size_t bytes;
    uint8_t content[RECORDS_MAX * (LS_CIFAR_PIXELS + 2) + 1];
} member;

static void make_member(const uint8_t spec[4], member *out)
{
    int place = spec[0] % FILES_MAX; /* CIFAR-10's files, then CIFAR-100's */
    int set = place < ls_cifar_sets[0].file_count ? 0 : 1;
    int file = set == 0 ? place : place - ls_cifar_sets[0].file_count;
    const ls_cifar_set *of = &ls_cifar_sets[set];
    size_t record = (size_t)of->label_bytes + LS_CIFAR_PIXELS;
    size_t records = (size_t)spec[1] % (RECORDS_MAX + 1);
    snprintf(out->name, sizeof out->name, "%s", of->files[file]);
    memset(out->content, 100, sizeof out->content);
    for (size_t i = 0; i < records; i++) {
        memcpy(out->content + i * record, spec + 2, (size_t)of->label_bytes);
    }
    out->bytes = records * record;
    if ((spec[1] & 0x80) != 0) {
        out->bytes += (spec[1] & 0x40) != 0 || out->bytes == 0 ? 1 : (size_t)-1;
    }
}

static void read_packed(const uint8_t *data, size_t size)
{
    static member next;
    ls_text tar = {0};
    ls_text gzip = {0};
    for (size_t i = 0; i + 4 <= size && i < 4 * FILES_MAX; i += 4) {
        make_member(data + i, &next);
        pack_add_file(&tar, next.name, next.content, next.bytes);
    }
    pack_add_end(&tar);
    pack_gzip(&gzip, tar.data, tar.length);
    read_source(&ls_source_cifar_archive, fuzz_file(gzip.data, gzip.length));
    ls_text_free(&tar);
    ls_text_free(&gzip);
}

static void member_path(const char *folder, const char *name, char path[LS_PATH_CHARS])
{
    fuzz_require(ls_path_join(path, folder, name) == LS_OK, "a folder with too long a name");
}

static void write_member(const char *folder, const member *from)
{
    char path[LS_PATH_CHARS];
    member_path(folder, from->name, path);
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL && fwrite(from->content, 1, from->bytes, file) == from->bytes &&
                     fclose(file) == 0,
                 "a file can't be written");
}

static void remove_members(const char *folder)
{
    for (int set = 0; set < LS_CIFAR_SETS; set++) {
        for (int i = 0; i < ls_cifar_sets[set].file_count; i++) {
            char path[LS_PATH_CHARS];
            member_path(folder, ls_cifar_sets[set].files[i], path);
            unlink(path);
        }
    }
    rmdir(folder);
}

static void read_folder(const uint8_t *data, size_t size)
{
    static member next;
    char folder[LS_PATH_CHARS];
    const char *above = getenv("TMPDIR");
    member_path(above != NULL ? above : "/tmp", "lockstep-fuzz-XXXXXX", folder);
    fuzz_require(mkdtemp(folder) != NULL, "no folder");
    for (size_t i = 0; i + 4 <= size && i < 4 * FILES_MAX; i += 4) {
        make_member(data + i, &next);
        write_member(folder, &next);
    }
    read_source(&ls_source_cifar_folder, folder);
    remove_members(folder);
}

static void read_gzip(const void *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    walk_file(path);
    read_source(&ls_source_cifar_archive, path);
}

static void read_tar(const uint8_t *data, size_t size, bool mends)
{
    ls_text gzip = {0};
    uint8_t *tar = (uint8_t *)fuzz_text(data, size);
    if (mends) {
        pack_mend_tar(tar, size);
    }
    pack_gzip(&gzip, tar, size);
    read_gzip(gzip.data, gzip.length);
    free(tar);
    ls_text_free(&gzip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    int64_t live = ls_alloc_live();
    switch (data[0]) {
    case 'c':
        read_packed(data + 1, size - 1);
        break;
    case 'd':
        read_folder(data + 1, size - 1);
        break;
    case 't':
    case 'T':
        read_tar(data + 1, size - 1, data[0] == 't');
        break;
    default:
        read_gzip(data + 1, size - 1);
    }
    fuzz_require(ls_alloc_live() == live, "memory of ls_alloc is kept");
    return 0;
}
