/* HDF5's error stack in our messages. */
#include "h5_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHAT_CHARS 1024

/* ": <description>". Of HDF5's long account of a failed system call (times, addresses, offsets)
 * only what failed and the system's own words are kept. */
static void shorten(const char *description, char out[WHAT_CHARS])
{
    static const char mark[] = "error message = '";
    const char *system = strstr(description, mark);
    if (system == NULL) {
        snprintf(out, WHAT_CHARS, ": %s", description);
        return;
    }
    system += sizeof mark - 1;
    snprintf(out, WHAT_CHARS, ": %.*s: %.*s", (int)strcspn(description, ":"), description,
             (int)strcspn(system, "'"), system);
}

/* Called for each entry of the stack from the innermost on; the first one knows what happened. */
static herr_t take_first(unsigned depth, const H5E_error2_t *entry, void *context)
{
    if (depth == 0 && entry->desc != NULL) {
        shorten(entry->desc, context);
    }
    return 0;
}

ls_status ls_h5_error_set(ls_status status, const char *file, int line, const char *format, ...)
{
    char what[WHAT_CHARS];
    char why[WHAT_CHARS] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, why);
    return ls_error_set(status, file, line, "%s%s", what, why);
}

ls_status ls_h5_write_status(const ls_h5 *file)
{
    return file->writable ? LS_LOST : LS_BAD_INPUT;
}

ls_status ls_h5_agree(const ls_h5 *file, ls_status mine)
{
    return file->comm == NULL ? mine : ls_comm_agree(file->comm, mine);
}
