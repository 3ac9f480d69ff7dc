/* The seal of an HDF5 file: its first 512 bytes are an HDF5 user block of ours, so that damage is
 * found by plain reads before the HDF5 library sees the file.
 *
 *   offset bytes
 *        0     8  magic "LOCKSTEP"
 *        8     4  format version, little endian (as all numbers)
 *       12     4  kind: 1 checkpoint, 2 data set, 3 codes, 4 reconstructions
 *       16     8  length of the whole file
 *       24    16  XXH3-128 of bytes 512 .. length-1: low, high
 *       40     8  XXH3-64 of bytes 0 .. 39
 *       48   464  zero
 *
 * Local.
 */
#ifndef LOCKSTEP_IO_SEAL_H
#define LOCKSTEP_IO_SEAL_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LS_SEAL_BYTES   512
#define LS_SEAL_VERSION 1

typedef enum ls_seal_kind {
    LS_SEAL_ANY = 0,
    LS_SEAL_CHECKPOINT = 1,
    LS_SEAL_DATA = 2,
    LS_SEAL_CODES = 3,
    LS_SEAL_RECONSTRUCTIONS = 4
} ls_seal_kind;

/* Whether the file begins with our magic (false too when it can't be read). */
bool ls_seal_present(const char *path);
/* Computes and writes the user block of an HDF5 file that reserved one, and flushes it. For kind
 * LS_SEAL_ANY the kind that stands there is kept. */
ls_status ls_seal_write(const char *path, ls_seal_kind kind);
/* The same for a whole file in memory, whose first LS_SEAL_BYTES are the user block. Fails for want
 * of memory alone. */
ls_status ls_seal_stamp(void *data, size_t bytes, ls_seal_kind kind);
/* Reads the whole file and verifies it. LS_BAD_INPUT names file and damage: zero length, truncated
 * (has, should have), not ours, another version or kind, header or content changed (hint at
 * `lockstep data seal`). */
ls_status ls_seal_check(const char *path, ls_seal_kind kind);

#endif
