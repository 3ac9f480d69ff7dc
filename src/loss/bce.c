/* Binary cross-entropy of outputs in [0, 1], the mean over values of
 *     -(t ln y + (1 - t) ln(1 - y))
 * with both logarithms at least -100, and the derivative (y - t) / max(y (1 - y), 1e-12): as
 * PyTorch has them, so that a saturated output costs much but never infinity. Outputs outside [0,
 * 1] give NaN. */
#include "mean.h"

static ls_status plan_bce(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)shape;
    (void)n;
    LS_LOSS_NEEDS(backend, "bce", bce);
    *scratch = 0;
    return LS_OK;
}

static void run_bce(const ls_loss_lane *lane)
{
    ls_loss_mean(lane, lane->backend->bce);
}

const ls_loss_type ls_loss_bce = {.name = "bce",
                                  .takes =
                                      "; bce wants outputs from 0 to 1: end the decoder in sigmoid",
                                  .plan = plan_bce,
                                  .run = run_bce};
