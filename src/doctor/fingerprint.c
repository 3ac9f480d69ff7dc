/* Fingerprints of files and folders. */
#include "fingerprint.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 4 /* of folders: train/CLASS/NAME.png and some more */

typedef struct taking {
    ls_fingerprint *out;
    ls_hash_stream *hash; /* owned */
    char *piece;          /* [LS_FINGERPRINT_BYTES], owned */
    ls_text paths;        /* of a folder's files, each ended by '\n'; owned */
} taking;

static ls_status read_at(taking *t, int fd, int64_t offset, const char *path)
{
    ssize_t count = pread(fd, t->piece, LS_FINGERPRINT_BYTES, offset);
    LS_REQUIRE(count >= 0, LS_BAD_INPUT, "%s: can't read: %s", path, strerror(errno));
    ls_hash_stream_update(t->hash, t->piece, (size_t)count);
    return LS_OK;
}

/* The first pieces begin one right after the other where the file is short enough. */
static ls_status read_pieces(taking *t, const char *path, int64_t bytes, int pieces)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    LS_REQUIRE(fd >= 0, LS_BAD_INPUT, "%s: can't open: %s", path, strerror(errno));
    int64_t rest = bytes > LS_FINGERPRINT_BYTES ? bytes - LS_FINGERPRINT_BYTES : 0;
    int64_t needed = (bytes + LS_FINGERPRINT_BYTES - 1) / LS_FINGERPRINT_BYTES;
    int64_t count = needed < pieces ? needed : pieces;
    ls_status status = LS_OK;
    for (int64_t i = 0; i < count && status == LS_OK; i++) {
        status = read_at(t, fd, count > 1 ? rest * i / (count - 1) : 0, path);
    }
    close(fd);
    return status;
}

static ls_status note_file(taking *t, const char *path, int64_t bytes)
{
    t->out->files++;
    t->out->bytes += bytes;
    ls_hash_stream_update(t->hash, &bytes, sizeof bytes);
    ls_text_add(&t->paths, "%s\n", path);
    return LS_OK;
}

static ls_status note_folder(taking *t, const char *path, int depth);

static ls_status note_entry(taking *t, const char *folder, const char *name, int depth)
{
    char path[LS_PATH_CHARS];
    struct stat entry;
    LS_TRY(ls_path_join(path, folder, name));
    LS_REQUIRE(stat(path, &entry) == 0, LS_BAD_INPUT, "%s: %s", path, strerror(errno));
    ls_hash_stream_update(t->hash, name, strlen(name) + 1);
    if (S_ISDIR(entry.st_mode)) {
        return depth < DEPTH_MAX ? note_folder(t, path, depth + 1) : LS_OK;
    }
    return note_file(t, path, (int64_t)entry.st_size);
}

static ls_status note_folder(taking *t, const char *path, int depth)
{
    ls_names names;
    LS_TRY(ls_folder_list(path, &names));
    ls_status status = LS_OK;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        status = note_entry(t, path, names.name[i], depth);
    }
    ls_names_free(&names);
    return status;
}

/* The beginnings of some of the files that were noted. */
static ls_status read_samples(taking *t)
{
    int64_t every = t->out->files / LS_FINGERPRINT_PIECES + 1;
    char *at = t->paths.data;
    LS_TRY(ls_text_check(&t->paths));
    for (int64_t i = 0; i < t->out->files; i++) {
        char *end = strchr(at, '\n');
        *end = '\0';
        if (i % every == 0) {
            LS_TRY(read_pieces(t, at, LS_FINGERPRINT_BYTES, 1));
        }
        at = end + 1;
    }
    return LS_OK;
}

static ls_status take_all(taking *t, const char *path)
{
    struct stat entry;
    LS_REQUIRE(stat(path, &entry) == 0, LS_BAD_INPUT, "%s: %s", path, strerror(errno));
    if (S_ISDIR(entry.st_mode)) {
        LS_TRY(note_folder(t, path, 0));
        return read_samples(t);
    }
    LS_TRY(note_file(t, path, (int64_t)entry.st_size));
    return read_pieces(t, path, (int64_t)entry.st_size, LS_FINGERPRINT_PIECES);
}

ls_status ls_fingerprint_take(ls_fingerprint *out, const char *path)
{
    void *memory;
    *out = (ls_fingerprint){0};
    LS_TRY(ls_alloc(&memory, LS_FINGERPRINT_BYTES, "a piece of a file"));
    taking t = {.out = out, .piece = memory, .hash = ls_hash_stream_create()};
    ls_status status =
        t.hash != NULL ? take_all(&t, path)
                       : ls_error_set(LS_NO_MEMORY, __FILE__, __LINE__, "out of memory: a hash");
    if (status == LS_OK) {
        out->digest = ls_hash_stream_finish128(t.hash).low;
    }
    if (t.hash != NULL) {
        ls_hash_stream_destroy(t.hash);
    }
    ls_text_free(&t.paths);
    ls_free(t.piece);
    return status;
}
