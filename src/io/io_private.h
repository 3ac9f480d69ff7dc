/* What the files of io share: system errors as statuses, and writing that does not stop half-way.
 * Local. */
#ifndef LOCKSTEP_IO_PRIVATE_H
#define LOCKSTEP_IO_PRIVATE_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"

#include <stddef.h>

/* LS_LOST for what another run may mend (a full disk, a device or server that failed), LS_NO_MEMORY
 * for want of memory, LS_BAD_INPUT for all else: a wrong path or missing rights. */
ls_status ls_io_status(int error);

/* Writes all bytes through short writes and interruptions; `path` names the file in messages. */
ls_status ls_io_write_all(int fd, const void *data, size_t bytes, const char *path);
ls_status ls_io_flush(int fd, const char *path);

/* Flushes the folder that holds `path`, so that a name made in it outlives a power failure. */
ls_status ls_io_flush_folder_of(const char *path);

#endif
