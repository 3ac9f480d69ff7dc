/* ssim: 1 - SSIM of each output with its target (similarity.c has the definition). The batch's loss
 * is the mean over its images, so dy = -(gradient of SSIM by y) / images. */
#include "lockstep/loss/ssim.h"

#include "lockstep/loss/loss.h"

static ls_status plan_ssim(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)n; /* image by image */
    LS_TRY(ls_ssim_check(backend, shape));
    *scratch = ls_ssim_scratch(shape);
    return LS_OK;
}

static void run_ssim(const ls_loss_lane *lane)
{
    int64_t count = ls_shape_count(lane->shape);
    for (int i = 0; i < lane->n; i++) {
        float *dy = lane->dy != NULL ? lane->dy + i * count : NULL;
        lane->values[i] =
            1 - ls_ssim(lane->backend, lane->shape, lane->target + i * count, lane->y + i * count,
                        -ls_loss_scale(lane, 1), dy, lane->scratch);
    }
}

const ls_loss_type ls_loss_ssim = {.name = "ssim", .plan = plan_ssim, .run = run_ssim};
