/* tar in gzip: a chain of headers of 512 bytes, each followed by its file's content, which is
 * filled up with zeros to a multiple of 512; two blocks of zeros end it (POSIX.1-1988 ustar and GNU
 * tar).
 *
 * Links, folders and pax headers are passed over. GNU's long names are used.
 */
#include "lockstep/io/archive.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/text.h"

#include "inflate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES 512

/* Fields of a header: offset and bytes. */
enum {
    AT_NAME = 0,
    NAME_BYTES = 100,
    AT_SIZE = 124,
    SIZE_BYTES = 12,
    AT_CHECKSUM = 148,
    CHECKSUM_BYTES = 8,
    AT_TYPE = 156,
    AT_MAGIC = 257,
    AT_PREFIX = 345,
    PREFIX_BYTES = 155
};

struct ls_archive {
    ls_inflate *stream;
    int64_t left;      /* bytes of the current file not yet read */
    int64_t padding;   /* zeros that follow them */
    int64_t headers;   /* seen so far, for messages */
    bool ended;        /* the end mark was read */
    bool has_longname; /* `name` came from a GNU long name and belongs to the next header */
    char name[LS_PATH_CHARS];
    char path[LS_PATH_CHARS];
};

ls_status ls_archive_open(ls_archive **out, const char *path)
{
    *out = NULL;
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_archive), "an archive reader"));
    ls_archive *archive = memory;
    snprintf(archive->path, sizeof archive->path, "%s", path);
    ls_status status = ls_inflate_open(&archive->stream, path);
    if (status != LS_OK) {
        ls_free(archive);
        return status;
    }
    *out = archive;
    return LS_OK;
}

void ls_archive_close(ls_archive *archive)
{
    if (archive != NULL) {
        ls_inflate_close(archive->stream);
        ls_free(archive);
    }
}

static ls_status read_exactly(ls_archive *archive, void *data, int64_t bytes)
{
    int64_t got;
    LS_TRY(ls_inflate_read(archive->stream, data, bytes, &got));
    LS_REQUIRE(got == bytes, LS_BAD_INPUT,
               "%s: damaged tar archive: it ends within file %" PRId64 "%s%s", archive->path,
               archive->headers, archive->name[0] != '\0' ? ", " : "", archive->name);
    return LS_OK;
}

static ls_status pass_over(ls_archive *archive, int64_t bytes)
{
    char piece[16384];
    while (bytes > 0) {
        int64_t count = bytes < (int64_t)sizeof piece ? bytes : (int64_t)sizeof piece;
        LS_TRY(read_exactly(archive, piece, count));
        bytes -= count;
    }
    return LS_OK;
}

/* --- One header ------------------------------------------------------------------------------- */

/* A number as octal digits between blanks or zeros, or, with the first bit set, as binary in big
 * endian; -1 when it is neither or too large. */
static int64_t number(const unsigned char *field, int bytes)
{
    int64_t value = 0;
    int i = 0;
    if ((field[0] & 0x80) != 0) {
        value = field[0] & 0x7f;
        for (i = 1; i < bytes; i++) {
            if (value > INT64_MAX >> 8) {
                return -1;
            }
            value = value << 8 | field[i];
        }
        return value;
    }
    while (i < bytes && field[i] == ' ') {
        i++;
    }
    int first = i;
    while (i < bytes && field[i] >= '0' && field[i] <= '7') {
        value = value << 3 | (field[i++] - '0'); /* 12 digits have 36 bits */
    }
    bool ended = i == bytes || field[i] == ' ' || field[i] == '\0';
    return ended && i > first ? value : -1;
}

/* The checksum counts its own field as blanks. */
static int64_t checksum(const unsigned char *block)
{
    int64_t sum = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
        bool own = i >= AT_CHECKSUM && i < AT_CHECKSUM + CHECKSUM_BYTES;
        sum += own ? ' ' : block[i];
    }
    return sum;
}

static bool is_zero(const void *data, int64_t bytes)
{
    const unsigned char *block = data;
    for (int64_t i = 0; i < bytes; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

/* POSIX splits long names in two fields; GNU's own format ("ustar  ") uses the second otherwise. */
static void take_name(ls_archive *archive, const unsigned char *block)
{
    const char *name = (const char *)block + AT_NAME;
    const char *prefix = (const char *)block + AT_PREFIX;
    bool split = memcmp(block + AT_MAGIC, "ustar", 6) == 0 && prefix[0] != '\0';
    snprintf(archive->name, sizeof archive->name, "%.*s%s%.*s", split ? PREFIX_BYTES : 0, prefix,
             split ? "/" : "", NAME_BYTES, name);
}

/* The content of a GNU long-name entry: the name of the entry that follows. */
static ls_status take_longname(ls_archive *archive)
{
    LS_REQUIRE(archive->left < (int64_t)sizeof archive->name, LS_BAD_INPUT,
               "%s: damaged tar archive: a name of %" PRId64 " bytes", archive->path,
               archive->left);
    int64_t bytes = archive->left;
    LS_TRY(read_exactly(archive, archive->name, bytes));
    archive->name[bytes] = '\0';
    archive->left = 0;
    archive->has_longname = true;
    return LS_OK;
}

/* Checks the header and takes over its size and name. *wanted: it begins a regular file. */
static ls_status take_header(ls_archive *archive, const unsigned char *block, bool *wanted)
{
    archive->headers++;
    LS_REQUIRE(number(block + AT_CHECKSUM, CHECKSUM_BYTES) == checksum(block), LS_BAD_INPUT,
               "%s: damaged tar archive: the checksum of header %" PRId64 " is wrong",
               archive->path, archive->headers);
    char type = (char)block[AT_TYPE];
    bool bare = type >= '1' && type <= '6'; /* links, devices, folders: no content follows */
    int64_t bytes = bare ? 0 : number(block + AT_SIZE, SIZE_BYTES);
    LS_REQUIRE(bytes >= 0 && bytes <= INT64_MAX - BLOCK_BYTES, LS_BAD_INPUT,
               "%s: damaged tar archive: header %" PRId64 " has no valid size", archive->path,
               archive->headers);
    archive->left = bytes;
    archive->padding = (BLOCK_BYTES - bytes % BLOCK_BYTES) % BLOCK_BYTES;
    *wanted = type == '0' || type == '\0' || type == '7';
    if (type == 'L') {
        return take_longname(archive);
    }
    if (*wanted && !archive->has_longname) {
        take_name(archive, block);
    }
    if (type != 'K' && type != 'x') { /* these stand between a long name and its entry */
        archive->has_longname = false;
    }
    return LS_OK;
}

/* --- The chain -------------------------------------------------------------------------------- */

/* Reads to the end, which proves the gzip checksum; only zeros may stand there. */
static ls_status finish(ls_archive *archive)
{
    char piece[16384];
    int64_t got;
    do {
        LS_TRY(ls_inflate_read(archive->stream, piece, sizeof piece, &got));
        LS_REQUIRE(is_zero(piece, got), LS_BAD_INPUT,
                   "%s: damaged tar archive: something follows its end mark", archive->path);
    } while (got > 0);
    archive->ended = true;
    return LS_OK;
}

ls_status ls_archive_next(ls_archive *archive, const char **name, int64_t *bytes)
{
    *name = NULL;
    *bytes = 0;
    bool wanted = false;
    while (!wanted && !archive->ended) {
        unsigned char block[BLOCK_BYTES];
        int64_t got;
        LS_TRY(pass_over(archive, archive->left + archive->padding));
        archive->left = archive->padding = 0;
        LS_TRY(ls_inflate_read(archive->stream, block, BLOCK_BYTES, &got));
        LS_REQUIRE(got == BLOCK_BYTES, LS_BAD_INPUT,
                   "%s: damaged tar archive: no end mark after %" PRId64 " headers", archive->path,
                   archive->headers);
        if (is_zero(block, BLOCK_BYTES)) {
            LS_TRY(finish(archive));
        } else {
            LS_TRY(take_header(archive, block, &wanted));
        }
    }
    if (wanted) {
        *name = archive->name;
        *bytes = archive->left;
    }
    return LS_OK;
}

ls_status ls_archive_read(ls_archive *archive, void *data, int64_t bytes)
{
    LS_REQUIRE(bytes <= archive->left, LS_BAD_INPUT,
               "%s: %s has %" PRId64 " bytes left, %" PRId64 " are wanted", archive->path,
               archive->name, archive->left, bytes);
    LS_TRY(read_exactly(archive, data, bytes));
    archive->left -= bytes;
    return LS_OK;
}
