/* The course of runs as a figure. Local. */
#ifndef LOCKSTEP_STUDY_CURVES_H
#define LOCKSTEP_STUDY_CURVES_H

#include "lockstep/base/status.h"

#define LS_CURVES_RUNS 7 /* as many as there are colours */

/* Training and validation loss of `count` runs, 1 to LS_CURVES_RUNS, against the epoch, out of each
 * folder's metrics.csv, on a logarithmic axis, as a PNG. */
ls_status ls_curves_draw(int count, const char *const *folders, const char *out_path);

#endif
