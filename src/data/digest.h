/* Inside data: the digest of images and labels.
 *
 * An image's term is XXH3-64 of (its number in its split, its label, the XXH3-64 of its pixels
 * [h, w, c]); terms are added modulo 2^64. Integer sums do not depend on order, so the digest is
 * the same however images are divided over ranks or pieces, and the same for a folder, an archive
 * or a packed file of one data set.
 */
#ifndef LOCKSTEP_DATA_DIGEST_H
#define LOCKSTEP_DATA_DIGEST_H

#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"

#include <stddef.h>
#include <stdint.h>

/* Local. The term of image `number` (in its split). */
uint64_t ls_digest_image(int64_t number, uint8_t label, const uint8_t *pixels, size_t bytes);
/* Collective. Adds every rank's `count` sums modulo 2^64, in place. */
ls_status ls_digest_reduce(ls_comm *comm, uint64_t *sums, size_t count);

#endif
