/* The folder of a test program, and what its tests share. */
#include "scratch.h"

#include "unit/cmocka_all.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/lockstep-io-XXXXXX";

int scratch_make(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_entry(const char *path, const struct stat *entry, int type, struct FTW *where)
{
    (void)entry;
    (void)type;
    (void)where;
    return remove(path);
}

int scratch_remove(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const char *name)
{
    static char paths[4][LS_PATH_CHARS];
    static unsigned calls;
    char *path = paths[calls++ % 4];
    snprintf(path, LS_PATH_CHARS, "%s%s%s", folder, name[0] != '\0' ? "/" : "", name);
    return path;
}

void scratch_write(const char *path, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

void scratch_expect_message(const char *part)
{
    if (strstr(ls_error_message(), part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, ls_error_message());
    }
}
