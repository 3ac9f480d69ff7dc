/* What a host sees under a path, in short: enough to tell other or damaged data apart, and read
 * within a second or so whatever its size. Private to doctor. */
#ifndef LOCKSTEP_DOCTOR_FINGERPRINT_H
#define LOCKSTEP_DOCTOR_FINGERPRINT_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Plain values. */
typedef struct ls_fingerprint {
    int64_t files, bytes;
    uint64_t digest;
} ls_fingerprint;

/* Local. Of a file: its size and LS_FINGERPRINT_PIECES pieces of LS_FINGERPRINT_BYTES, evenly
 * spread; all of it if that is no more. Of a folder: names and sizes of all files in it, and the
 * beginnings of as many of them, evenly spread. */
#define LS_FINGERPRINT_PIECES 64
#define LS_FINGERPRINT_BYTES  262144
ls_status ls_fingerprint_take(ls_fingerprint *out, const char *path);

#endif
