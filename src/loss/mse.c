/* Mean squared error: an image's loss is the mean of (y - target)^2 over its values; the batch's
 * is the mean over its images, so dy = 2 (y - target) / (values * images). */
#include "mean.h"

static ls_status plan_mse(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)shape;
    (void)n;
    LS_LOSS_NEEDS(backend, "mse", mse);
    *scratch = 0;
    return LS_OK;
}

static void run_mse(const ls_loss_lane *lane)
{
    ls_loss_mean(lane, lane->backend->mse);
}

const ls_loss_type ls_loss_mse = {.name = "mse", .plan = plan_mse, .run = run_mse};
