/* Making tar and gzip for the fuzz targets, so that what lies below their checksums is reached. */
#ifndef LOCKSTEP_TESTS_FUZZ_PACK_H
#define LOCKSTEP_TESTS_FUZZ_PACK_H

#include "lockstep/base/text.h"

#include <stdint.h>

/* Makes the checksum of each header in the chain right, as far as sizes lead. */
void pack_mend_tar(uint8_t *tar, size_t bytes);
/* Adds one regular file to a tar, and the end mark. */
void pack_add_file(ls_text *tar, const char *name, const uint8_t *data, size_t bytes);
void pack_add_end(ls_text *tar);
/* A gzip file that holds `data` as it is. Owner: the caller, ls_text_free. */
void pack_gzip(ls_text *out, const void *data, size_t bytes);

#endif
