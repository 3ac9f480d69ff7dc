/* Inside data: drawing one synthetic image. */
#ifndef LOCKSTEP_DATA_SYNTHETIC_DRAW_H
#define LOCKSTEP_DATA_SYNTHETIC_DRAW_H

#include "lockstep/data/source.h"

#define LS_SYNTHETIC_KINDS 10

/* Local. Image `index` of a split into pixels [shape]; returns its kind, index mod 10. */
uint8_t ls_synthetic_draw(ls_split split, int64_t index, ls_shape shape, uint8_t *pixels);

/* Likewise its mask [h, w]: a pixel that shows at least as much of the shape's colour as of the
 * background is of the class kind + 1, others are 0. */
void ls_synthetic_mask(ls_split split, int64_t index, ls_shape shape, uint8_t *mask);

#endif
