/* huber(delta=0.1): the mean over values of Huber's function of d = y - target (Annals of
 * Mathematical Statistics 35, 1964),
 *     d^2 / 2 where |d| <= delta,  delta (|d| - delta / 2) beyond,
 * whose derivative is d, limited to [-delta, delta]. Pixels lie in [0, 1], where Huber's usual
 * delta of 1 would be half the squared error; hence the smaller one. */
#include "mean.h"

static ls_status plan_huber(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)shape;
    (void)n;
    LS_LOSS_NEEDS(backend, "huber", huber);
    *scratch = 0;
    return LS_OK;
}

static void run_huber(const ls_loss_lane *lane)
{
    int64_t count = ls_shape_count(lane->shape);
    lane->backend->huber(lane->n, count, lane->y, lane->target, (float)lane->argument,
                         (float)ls_loss_scale(lane, count), lane->values, lane->dy);
    ls_loss_divide(lane, count);
}

const ls_loss_type ls_loss_huber = {.name = "huber",
                                    .argument = "delta",
                                    .fallback = 0.1,
                                    .low = 1e-6,
                                    .high = 1e6,
                                    .plan = plan_huber,
                                    .run = run_huber};
