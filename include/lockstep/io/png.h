/* PNG images of 8 bits, 1 or 3 channels. Local. */
#ifndef LOCKSTEP_IO_PNG_H
#define LOCKSTEP_IO_PNG_H

#include "lockstep/base/status.h"
#include "lockstep/tensor/shape.h"

#include <stdint.h>

/* pixels: [h, w, c]. Appears whole or not at all. The bytes depend on the pixels alone. */
ls_status ls_png_write(const char *path, ls_shape shape, const uint8_t *pixels);
/* Reads any PNG as 8 bits and `channels` (1 or 3; 0 = as in the file, alpha dropped).
 * *pixels: [h, w, c]; owner: the caller, ls_free. */
ls_status ls_png_read(const char *path, int channels, ls_shape *shape, uint8_t **pixels);

#endif
