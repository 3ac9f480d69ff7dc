/* A gzip file read as one stream of bytes, checked to its last one. Private to io. Local. */
#ifndef LOCKSTEP_IO_INFLATE_H
#define LOCKSTEP_IO_INFLATE_H

#include "lockstep/base/status.h"

#include <stdint.h>

typedef struct ls_inflate ls_inflate;

ls_status ls_inflate_open(ls_inflate **out, const char *path);
void ls_inflate_close(ls_inflate *stream); /* NULL is allowed */

/* Up to `bytes` into data; *got is less only at the end of the file, which is then known to be
 * whole: no member cut off, every checksum right, nothing behind the last member. */
ls_status ls_inflate_read(ls_inflate *stream, void *data, int64_t bytes, int64_t *got);

#endif
