/* gzip by zlib's inflate and not by its gzread, which passes in silence over what stands behind a
 * member and reports a cut-off file only when it is closed. A file may hold several members, as
 * gzip itself allows. */
#include "inflate.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/text.h"

#include "io_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE_BYTES (1 << 16)
#define GZIP_WINDOW (15 + 16) /* the largest window; +16: gzip's header and trailer are wanted */

struct ls_inflate {
    int fd;
    bool between; /* a member has ended, no other has begun */
    bool ended;
    z_stream z;
    int64_t bytes_read; /* of the file */
    unsigned char piece[PIECE_BYTES];
    char path[LS_PATH_CHARS];
};

ls_status ls_inflate_open(ls_inflate **out, const char *path)
{
    *out = NULL;
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_inflate), "a gzip reader"));
    ls_inflate *stream = memory;
    snprintf(stream->path, sizeof stream->path, "%s", path);
    stream->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (stream->fd < 0) {
        ls_free(stream);
        LS_FAIL(ls_io_status(errno), "%s: can't open: %s", path, strerror(errno));
    }
    if (inflateInit2(&stream->z, GZIP_WINDOW) != Z_OK) {
        close(stream->fd);
        ls_free(stream);
        LS_FAIL(LS_NO_MEMORY, "%s: no memory to inflate it", path);
    }
    *out = stream;
    return LS_OK;
}

void ls_inflate_close(ls_inflate *stream)
{
    if (stream == NULL) {
        return;
    }
    inflateEnd(&stream->z);
    close(stream->fd);
    ls_free(stream);
}

/* More of the file; at its end `ended` is set, which is only right between members. */
static ls_status refill(ls_inflate *stream)
{
    ssize_t count;
    do {
        count = read(stream->fd, stream->piece, PIECE_BYTES);
    } while (count < 0 && errno == EINTR);
    LS_REQUIRE(count >= 0, ls_io_status(errno), "%s: can't read: %s", stream->path,
               strerror(errno));
    stream->ended = count == 0;
    LS_REQUIRE(count > 0 || stream->between, LS_BAD_INPUT,
               "%s: truncated: the gzip data does not end within the file's %" PRId64 " bytes",
               stream->path, stream->bytes_read);
    stream->bytes_read += count;
    stream->z.next_in = stream->piece;
    stream->z.avail_in = (uInt)count;
    return LS_OK;
}

/* Inflates once from what was read. */
static ls_status step(ls_inflate *stream)
{
    bool first = stream->z.total_in == 0 && !stream->between;
    bool behind = stream->between;
    if (behind) {
        LS_REQUIRE(inflateReset(&stream->z) == Z_OK, LS_INTERNAL, "%s: can't go on inflating",
                   stream->path);
        stream->between = false;
    }
    int code = inflate(&stream->z, Z_NO_FLUSH);
    LS_REQUIRE(code != Z_MEM_ERROR, LS_NO_MEMORY, "%s: no memory to inflate it", stream->path);
    const char *why = stream->z.msg != NULL ? stream->z.msg : zError(code);
    bool good = code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END;
    LS_REQUIRE(good || !first, LS_BAD_INPUT, "%s: not a gzip file, or damaged: %s", stream->path,
               why);
    LS_REQUIRE(good || !behind, LS_BAD_INPUT,
               "%s: damaged: something that is not gzip follows the gzip data", stream->path);
    LS_REQUIRE(good, LS_BAD_INPUT, "%s: damaged gzip data: %s; use another copy", stream->path,
               why);
    stream->between = code == Z_STREAM_END;
    return LS_OK;
}

ls_status ls_inflate_read(ls_inflate *stream, void *data, int64_t bytes, int64_t *got)
{
    *got = 0;
    while (*got < bytes) {
        if (stream->z.avail_in == 0 && !stream->ended) {
            LS_TRY(refill(stream));
        }
        if (stream->ended) {
            break;
        }
        int64_t rest = bytes - *got;
        uInt room = rest < INT_MAX ? (uInt)rest : INT_MAX;
        stream->z.next_out = (unsigned char *)data + *got;
        stream->z.avail_out = room;
        LS_TRY(step(stream));
        *got += room - stream->z.avail_out;
    }
    return LS_OK;
}
