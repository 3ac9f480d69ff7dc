/* Structural similarity of an image pair (Wang, Bovik, Sheikh and Simoncelli 2004) and its
 * gradient: Gaussian window of 11 with sigma 1.5, K1 0.01, K2 0.03, data range 1, population
 * covariance, windows that lie in the image alone; mean over positions and channels, in double.
 * Local.
 */
#ifndef LOCKSTEP_LOSS_SSIM_H
#define LOCKSTEP_LOSS_SSIM_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/status.h"
#include "lockstep/tensor/shape.h"

/* Refuses images below 11 pixels, and a backend that has no filter. */
ls_status ls_ssim_check(const ls_backend *backend, ls_shape shape);
/* Bytes that ls_ssim wants, aligned as a double. */
size_t ls_ssim_scratch(ls_shape shape);
/* x, y: [shape] on [0, 1]. dy (NULL = not wanted): [shape], scale times the gradient by y. */
double ls_ssim(const ls_backend *backend, ls_shape shape, const float *x, const float *y,
               double scale, float *dy, void *scratch);

#endif
