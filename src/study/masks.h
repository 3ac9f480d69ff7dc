/* Pictures of masks: what a network that tells each pixel's class makes of images. */
#ifndef LOCKSTEP_STUDY_MASKS_H
#define LOCKSTEP_STUDY_MASKS_H

#include "share.h"

/* Local. The images of the share, which this rank holds whole, above their true masks and those
 * that the network finds, each class in a colour, as a PNG. */
ls_status ls_draw_masks(const ls_trained *trained, ls_share *share, const char *out_path);

#endif
