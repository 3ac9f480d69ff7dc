/* What the fuzz targets share: judging a status, and files that never touch a disk. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "FINDING: %s\nlast message: %s\n", what, ls_error_message());
        abort();
    }
}

bool fuzz_judge(ls_status status, const char *name)
{
    fuzz_require(status == LS_OK || status == LS_BAD_INPUT, "input leads to another status");
    fuzz_require(status == LS_OK || strstr(ls_error_message(), name) != NULL,
                 "the message does not name the object");
    return status == LS_OK;
}

const char *fuzz_file(const void *data, size_t bytes)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        fuzz_require(fd >= 0, "no file in memory");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    bool written =
        ftruncate(fd, 0) == 0 && (bytes == 0 || pwrite(fd, data, bytes, 0) == (ssize_t)bytes);
    fuzz_require(written, "the file in memory can't be written");
    return path;
}

char *fuzz_text(const void *data, size_t bytes)
{
    char *text = malloc(bytes + 1);
    fuzz_require(text != NULL, "no memory for a text");
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    return text;
}
