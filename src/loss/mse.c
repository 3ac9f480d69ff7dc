/* Mean squared error: an image's loss is the mean of (y - target)^2 over its values; the batch's
 * is the mean over its images, so dy = 2 (y - target) / (values * images). */
#include "lockstep/loss/loss.h"

static void run_mse(const ls_backend *backend, int n, ls_shape shape, const float *y,
                    const float *target, int64_t images, double *values, float *dy)
{
    int64_t count = ls_shape_count(shape);
    float scale = (float)(1.0 / ((double)count * (double)images));
    backend->mse(n, count, y, target, scale, values, dy);
    for (int i = 0; i < n; i++) {
        values[i] /= (double)count;
    }
}

const ls_loss_type ls_loss_mse = {.name = "mse", .run = run_mse};
