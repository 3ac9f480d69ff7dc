/* Copying a file so that the copy appears whole or not at all. */
#include "lockstep/io/files.h"

#include "io_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static ls_status copy_bytes(int in, const char *from, int out, const char *to)
{
    static char piece[1 << 16];
    for (;;) {
        ssize_t count = read(in, piece, sizeof piece);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        LS_REQUIRE(count >= 0, ls_io_status(errno), "%s: can't read: %s", from, strerror(errno));
        if (count == 0) {
            return ls_io_flush(out, to);
        }
        LS_TRY(ls_io_write_all(out, piece, (size_t)count, to));
    }
}

static ls_status copy_to(int in, const char *from, const char *to)
{
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    LS_REQUIRE(out >= 0, ls_io_status(errno), "%s: can't create: %s", to, strerror(errno));
    ls_status status = copy_bytes(in, from, out, to);
    if (close(out) != 0 && status == LS_OK) {
        LS_FAIL(ls_io_status(errno), "%s: can't write: %s", to, strerror(errno));
    }
    return status;
}

ls_status ls_file_copy(const char *from, const char *to)
{
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_file_partial_name(partial, to));
    int in = open(from, O_RDONLY | O_CLOEXEC);
    LS_REQUIRE(in >= 0, ls_io_status(errno), "%s: can't open: %s", from, strerror(errno));
    ls_status status = copy_to(in, from, partial);
    close(in);
    if (status == LS_OK) {
        status = ls_file_rename(partial, to);
    }
    if (status != LS_OK) {
        unlink(partial); /* not ls_file_remove: the message of the failure stays */
    }
    return status;
}
