/* Mean absolute error: the mean of |y - target|. Its derivative is the sign of the difference, and
 * of the subgradients where there is none the middle one, 0. */
#include "mean.h"

static ls_status plan_mae(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)shape;
    (void)n;
    LS_LOSS_NEEDS(backend, "mae", mae);
    *scratch = 0;
    return LS_OK;
}

static void run_mae(const ls_loss_lane *lane)
{
    ls_loss_mean(lane, lane->backend->mae);
}

const ls_loss_type ls_loss_mae = {.name = "mae", .plan = plan_mae, .run = run_mae};
