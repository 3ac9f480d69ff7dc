/* Reading .tar.gz in a stream, without temporary files. Local.
 *
 * Damage (gzip checksum, truncation, tar header checksum, sizes) is LS_BAD_INPUT and names the
 * file.
 */
#ifndef LOCKSTEP_IO_ARCHIVE_H
#define LOCKSTEP_IO_ARCHIVE_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_archive ls_archive;

ls_status ls_archive_open(ls_archive **out, const char *path);
void ls_archive_close(ls_archive *archive);

/* The next regular file: its name (borrowed until the next call) and size; *name is NULL at the
 * end. What was not read of the file before is passed over. */
ls_status ls_archive_next(ls_archive *archive, const char **name, int64_t *bytes);
/* Exactly `bytes` of the current file; fewer left is an error. */
ls_status ls_archive_read(ls_archive *archive, void *data, int64_t bytes);

#endif
