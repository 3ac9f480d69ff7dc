/* A sheet of pictures: originals above their reconstructions, as in the paper's figure 3. Local. */
#ifndef LOCKSTEP_IO_SHEET_H
#define LOCKSTEP_IO_SHEET_H

#include "lockstep/base/status.h"
#include "lockstep/tensor/shape.h"

#include <stdint.h>

/* Writes a PNG of rows of `columns` originals, each row above its reconstructions, with a thin gap.
 * originals: [count, shape] uint8, or NULL for a sheet of the second alone; reconstructions:
 * [count, shape] float, clamped to [0, 1]. The bytes depend on the values alone. */
ls_status ls_sheet_write(const char *path, ls_shape shape, int count, int columns,
                         const uint8_t *originals, const float *reconstructions);
/* The same with what the network was shown, likewise [count, shape] float, in a row in between. */
ls_status ls_sheet_write_restored(const char *path, ls_shape shape, int count, int columns,
                                  const uint8_t *originals, const float *inputs,
                                  const float *reconstructions);

#endif
