/* Cross-entropy of scores of classes with the shares that the classes should have (softmax
 * regression), the mean over an image's places of
 *     -sum over classes of t' ln p,  p = softmax(y),  t' = (1 - s) t + s / classes
 * where s is the label smoothing (Szegedy et al. 2016), 0 unless given. With the largest score
 * taken off all of them no exponential overflows, whatever the scores are; dy = (sum of t') p - t'.
 * In double, by functions whose bits are the same on every CPU. */
#include "mean.h"

#include "lockstep/base/real.h"

static ls_status plan_cross_entropy(const ls_backend *backend, ls_shape shape, int n,
                                    size_t *scratch)
{
    (void)backend;
    (void)n;
    LS_REQUIRE(shape.c > 1, LS_BAD_INPUT, "the output has one channel: one a class is wanted");
    *scratch = 0;
    return LS_OK;
}

static double smoothed(const ls_loss_lane *lane, float target)
{
    double s = lane->argument;
    return (1 - s) * (double)target + s / lane->shape.c;
}

/* dy [classes] of a place. total: of the targets. */
static void add_gradient(const ls_loss_lane *lane, const float *y, const float *target,
                         double log_sum, double total, double scale, float *dy)
{
    for (int k = 0; k < lane->shape.c; k++) {
        double p = ls_exp((double)y[k] - log_sum);
        dy[k] = (float)(scale * (total * p - smoothed(lane, target[k])));
    }
}

/* The loss of one place; y, target: [classes]; dy: likewise, or NULL. */
static double run_place(const ls_loss_lane *lane, const float *y, const float *target, double scale,
                        float *dy)
{
    double largest = (double)y[ls_loss_best_class(y, lane->shape.c)];
    double sum = 0;
    double loss = 0;
    double total = 0;
    for (int k = 0; k < lane->shape.c; k++) {
        sum += ls_exp((double)y[k] - largest);
    }
    double log_sum = largest + ls_ln(sum);
    for (int k = 0; k < lane->shape.c; k++) {
        double t = smoothed(lane, target[k]);
        loss += t * (log_sum - (double)y[k]);
        total += t;
    }
    if (dy != NULL) {
        add_gradient(lane, y, target, log_sum, total, scale, dy);
    }
    return loss;
}

static void run_cross_entropy(const ls_loss_lane *lane)
{
    int64_t places = (int64_t)lane->shape.h * lane->shape.w;
    double scale = ls_loss_scale(lane, places);
    for (int i = 0; i < lane->n; i++) {
        lane->values[i] = 0;
        for (int64_t p = i * places; p < (i + 1) * places; p++) {
            int64_t at = p * lane->shape.c;
            lane->values[i] += run_place(lane, lane->y + at, lane->target + at, scale,
                                         lane->dy != NULL ? lane->dy + at : NULL);
        }
    }
    ls_loss_divide(lane, places);
}

const ls_loss_type ls_loss_cross_entropy = {
    .name = "cross_entropy",
    .argument = "label_smoothing",
    .fallback = 0,
    .low = 0,
    .high = 0.99,
    .takes = "; cross_entropy wants scores of any size: end the decoder without an activation",
    .of_classes = true,
    .plan = plan_cross_entropy,
    .run = run_cross_entropy};
