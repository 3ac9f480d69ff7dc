/* Making a sealed file whole or not at all. */
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"

#include <unistd.h>

typedef ls_status fill_file(ls_h5 *file, void *context);

static ls_status make(const char *path, ls_seal_kind kind, fill_file *fill, void *context)
{
    ls_h5 *file = NULL;
    LS_TRY(ls_h5_open(&file, path, LS_H5_CREATE, NULL));
    ls_status status = fill(file, context);
    ls_status closed = ls_h5_close(file);
    LS_TRY(status);
    LS_TRY(closed);
    return ls_seal_write(path, kind);
}

ls_status ls_h5_make(const char *path, ls_seal_kind kind, fill_file *fill, void *context)
{
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_file_partial_name(partial, path));
    ls_status status = make(partial, kind, fill, context);
    if (status == LS_OK) {
        status = ls_file_rename(partial, path);
    }
    if (status != LS_OK) {
        unlink(partial); /* not ls_file_remove: the message of the failure stays */
    }
    return status;
}
