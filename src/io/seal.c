/* The seal in the user block of an HDF5 file; its layout stands in the header.
 *
 * The header of the seal is judged before the content: what is cheap to know (no bytes, another
 * program's file, cut off, another version or kind) is said by name, and only a file that passes
 * all this is read through for its hash.
 */
#include "lockstep/io/seal.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"

#include "io_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (1 << 20)

enum { AT_VERSION = 8, AT_KIND = 12, AT_LENGTH = 16, AT_CONTENT = 24, AT_CHECK = 40, AT_REST = 48 };

static const char magic[8] = {'L', 'O', 'C', 'K', 'S', 'T', 'E', 'P'};

/* An opened file and its user block. */
typedef struct sealed {
    const char *path;
    int fd;
    int64_t bytes; /* of the whole file */
    unsigned char block[LS_SEAL_BYTES];
} sealed;

static void put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static const char *kind_text(uint64_t kind)
{
    static const char *const texts[] = {"nothing we know", "a checkpoint", "a data set", "codes",
                                        "reconstructions"};
    return texts[kind <= LS_SEAL_RECONSTRUCTIONS ? kind : 0];
}

/* Exactly `bytes` from `offset` on. */
static ls_status read_at(const sealed *s, void *data, size_t bytes, int64_t offset)
{
    char *next = data;
    while (bytes > 0) {
        ssize_t count = pread(s->fd, next, bytes, offset);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        LS_REQUIRE(count >= 0, ls_io_status(errno), "%s: can't read: %s", s->path, strerror(errno));
        LS_REQUIRE(count > 0, LS_BAD_INPUT, "%s: became shorter while it was read", s->path);
        next += count;
        offset += count;
        bytes -= (size_t)count;
    }
    return LS_OK;
}

static ls_status hash_pieces(const sealed *s, ls_hash_stream *stream, void *piece)
{
    for (int64_t at = LS_SEAL_BYTES; at < s->bytes; at += PIECE_BYTES) {
        int64_t rest = s->bytes - at;
        size_t bytes = rest < PIECE_BYTES ? (size_t)rest : PIECE_BYTES;
        LS_TRY(read_at(s, piece, bytes, at));
        ls_hash_stream_update(stream, piece, bytes);
    }
    return LS_OK;
}

/* The hash of all behind the user block. */
static ls_status hash_content(const sealed *s, ls_hash128 *hash)
{
    void *piece;
    LS_TRY(ls_alloc(&piece, PIECE_BYTES, "a piece of a sealed file"));
    ls_hash_stream *stream = ls_hash_stream_create();
    ls_status status = LS_NO_MEMORY;
    if (stream == NULL) {
        ls_error_set(status, __FILE__, __LINE__, "%s: no memory for its hash", s->path);
    } else {
        status = hash_pieces(s, stream, piece);
        *hash = ls_hash_stream_finish128(stream);
        ls_hash_stream_destroy(stream);
    }
    ls_free(piece);
    return status;
}

/* Opens and reads the user block, as far as the file has one. Closed by the caller. A pipe would
 * be waited for without O_NONBLOCK, which regular files don't heed. */
static ls_status open_sealed(sealed *s, const char *path, int flags)
{
    struct stat entry;
    *s = (sealed){.path = path};
    s->fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);
    LS_REQUIRE(s->fd >= 0, ls_io_status(errno), "%s: can't open: %s", path, strerror(errno));
    ls_status status = LS_OK;
    if (fstat(s->fd, &entry) != 0 || !S_ISREG(entry.st_mode)) {
        status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "%s: not a regular file", path);
    } else {
        s->bytes = entry.st_size;
        size_t bytes = s->bytes < LS_SEAL_BYTES ? (size_t)s->bytes : LS_SEAL_BYTES;
        status = read_at(s, s->block, bytes, 0);
    }
    if (status != LS_OK) {
        close(s->fd);
    }
    return status;
}

bool ls_seal_present(const char *path)
{
    char found[sizeof magic];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool present = pread(fd, found, sizeof found, 0) == (ssize_t)sizeof found &&
                   memcmp(found, magic, sizeof magic) == 0;
    close(fd);
    return present;
}

/* What stands at the beginning: enough bytes, our magic. */
static ls_status check_ours(const sealed *s)
{
    LS_REQUIRE(s->bytes > 0, LS_BAD_INPUT, "%s: the file is empty (0 bytes)", s->path);
    size_t seen = s->bytes < (int64_t)sizeof magic ? (size_t)s->bytes : sizeof magic;
    LS_REQUIRE(memcmp(s->block, magic, seen) == 0, LS_BAD_INPUT,
               "%s: not a file of Lockstep: it does not begin with \"LOCKSTEP\"", s->path);
    LS_REQUIRE(s->bytes >= LS_SEAL_BYTES, LS_BAD_INPUT,
               "%s: truncated: has %" PRId64 " bytes, the seal alone has %d", s->path, s->bytes,
               LS_SEAL_BYTES);
    return LS_OK;
}

/* The seal's own fields. Version first: another version may place the rest elsewhere. */
static ls_status check_header(const sealed *s, ls_seal_kind kind)
{
    uint64_t version = get(s->block + AT_VERSION, 4);
    LS_REQUIRE(version == LS_SEAL_VERSION, LS_BAD_INPUT,
               "%s: format version %" PRIu64 ", this program reads version %d", s->path, version,
               LS_SEAL_VERSION);
    bool zero = true;
    for (int i = AT_REST; i < LS_SEAL_BYTES; i++) {
        zero = zero && s->block[i] == 0;
    }
    LS_REQUIRE(zero && get(s->block + AT_CHECK, 8) == ls_hash64(s->block, AT_CHECK), LS_BAD_INPUT,
               "%s: the seal at its beginning is damaged (checksum differs); use another copy",
               s->path);
    uint64_t found = get(s->block + AT_KIND, 4);
    LS_REQUIRE(kind == LS_SEAL_ANY || found == (uint64_t)kind, LS_BAD_INPUT,
               "%s: holds %s, wanted is %s", s->path, kind_text(found), kind_text(kind));
    return LS_OK;
}

static ls_status check_length(const sealed *s)
{
    int64_t length = (int64_t)get(s->block + AT_LENGTH, 8);
    LS_REQUIRE(s->bytes >= length, LS_BAD_INPUT,
               "%s: truncated: has %" PRId64 " bytes, should have %" PRId64, s->path, s->bytes,
               length);
    LS_REQUIRE(s->bytes == length, LS_BAD_INPUT,
               "%s: longer than when it was sealed: has %" PRId64 " bytes, should have %" PRId64
               "; edited by another tool? `lockstep data seal %s` signs it again",
               s->path, s->bytes, length, s->path);
    return LS_OK;
}

static ls_status check_content(const sealed *s)
{
    ls_hash128 hash;
    LS_TRY(hash_content(s, &hash));
    LS_REQUIRE(get(s->block + AT_CONTENT, 8) == hash.low &&
                   get(s->block + AT_CONTENT + 8, 8) == hash.high,
               LS_BAD_INPUT,
               "%s: its content is not what was sealed: damaged, or edited by another tool? "
               "`lockstep data seal %s` signs it again",
               s->path, s->path);
    return LS_OK;
}

static ls_status check(const sealed *s, ls_seal_kind kind)
{
    LS_TRY(check_ours(s));
    LS_TRY(check_header(s, kind));
    LS_TRY(check_length(s));
    return check_content(s);
}

ls_status ls_seal_check(const char *path, ls_seal_kind kind)
{
    sealed s;
    LS_TRY(open_sealed(&s, path, O_RDONLY));
    ls_status status = check(&s, kind);
    close(s.fd);
    return status;
}

/* HDF5's signature behind the user block: without it the first bytes are not ours to write. */
static ls_status check_reserved(const sealed *s)
{
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char found[sizeof signature] = {0};
    if (s->bytes >= LS_SEAL_BYTES + (int64_t)sizeof found) {
        LS_TRY(read_at(s, found, sizeof found, LS_SEAL_BYTES));
    }
    LS_REQUIRE(memcmp(found, signature, sizeof found) == 0, LS_BAD_INPUT,
               "%s: can't be sealed: no HDF5 file with a user block of %d bytes (`lockstep data "
               "pack` makes one)",
               s->path, LS_SEAL_BYTES);
    return LS_OK;
}

/* The kind to write: the wanted one, or what an earlier seal says. */
static ls_status choose_kind(const sealed *s, ls_seal_kind wanted, uint64_t *kind)
{
    *kind = (uint64_t)wanted;
    if (wanted == LS_SEAL_ANY) {
        LS_TRY(check_ours(s));
        *kind = get(s->block + AT_KIND, 4);
        LS_REQUIRE(*kind >= LS_SEAL_CHECKPOINT && *kind <= LS_SEAL_CODES, LS_BAD_INPUT,
                   "%s: its seal names no kind (checkpoint, data set or codes)", s->path);
    }
    return LS_OK;
}

static void fill_block(unsigned char block[LS_SEAL_BYTES], uint64_t kind, uint64_t bytes,
                       const ls_hash128 *hash)
{
    memset(block, 0, LS_SEAL_BYTES);
    memcpy(block, magic, sizeof magic);
    put(block + AT_VERSION, LS_SEAL_VERSION, 4);
    put(block + AT_KIND, kind, 4);
    put(block + AT_LENGTH, bytes, 8);
    put(block + AT_CONTENT, hash->low, 8);
    put(block + AT_CONTENT + 8, hash->high, 8);
    put(block + AT_CHECK, ls_hash64(block, AT_CHECK), 8);
}

ls_status ls_seal_stamp(void *data, size_t bytes, ls_seal_kind kind)
{
    ls_hash_stream *stream = ls_hash_stream_create();
    LS_REQUIRE(stream != NULL, LS_NO_MEMORY, "no memory for a file's hash");
    ls_hash_stream_update(stream, (const char *)data + LS_SEAL_BYTES, bytes - LS_SEAL_BYTES);
    ls_hash128 hash = ls_hash_stream_finish128(stream);
    ls_hash_stream_destroy(stream);
    fill_block(data, (uint64_t)kind, bytes, &hash);
    return LS_OK;
}

static ls_status seal(sealed *s, ls_seal_kind wanted)
{
    uint64_t kind;
    ls_hash128 hash;
    LS_TRY(check_reserved(s));
    LS_TRY(choose_kind(s, wanted, &kind));
    LS_TRY(hash_content(s, &hash));
    fill_block(s->block, kind, (uint64_t)s->bytes, &hash);
    LS_TRY(ls_io_write_all(s->fd, s->block, sizeof s->block, s->path)); /* pread left it at 0 */
    return ls_io_flush(s->fd, s->path);
}

ls_status ls_seal_write(const char *path, ls_seal_kind kind)
{
    sealed s;
    LS_TRY(open_sealed(&s, path, O_RDWR));
    ls_status status = seal(&s, kind);
    close(s.fd);
    return status;
}
