/* Originals, what a network was shown and what it gave, into a file. */
#ifndef LOCKSTEP_STUDY_PICTURES_H
#define LOCKSTEP_STUDY_PICTURES_H

#include "lockstep/base/status.h"
#include "lockstep/tensor/shape.h"

#include <stdint.h>

/* Borrowed. */
typedef struct ls_pictures {
    ls_shape shape; /* of one */
    int64_t count;
    const uint8_t *originals; /* [count, shape] */
    const float *inputs;      /* [count, shape] corrupted; NULL = the originals were shown */
    const float *outputs;     /* [count, shape] */
} ls_pictures;

/* Local. A path that ends with .h5 gets numbers, a sealed HDF5 file; any other a sheet, as PNG. */
ls_status ls_pictures_write(const ls_pictures *pictures, const char *path);

#endif
