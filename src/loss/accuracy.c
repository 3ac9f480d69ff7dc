/* The share of an image's places whose best score is the target's: the measure of classes. It has
 * no gradient, and is no loss that one can name. */
#include "mean.h"

static ls_status plan_accuracy(const ls_backend *backend, ls_shape shape, int n, size_t *scratch)
{
    (void)backend;
    (void)shape;
    (void)n;
    *scratch = 0;
    return LS_OK;
}

int ls_loss_best_class(const float *scores, int count)
{
    int best = 0;
    for (int k = 1; k < count; k++) {
        best = scores[k] > scores[best] ? k : best;
    }
    return best;
}

static void run_accuracy(const ls_loss_lane *lane)
{
    int64_t places = (int64_t)lane->shape.h * lane->shape.w;
    int classes = lane->shape.c;
    for (int i = 0; i < lane->n; i++) {
        lane->values[i] = 0;
        for (int64_t at = i * places * classes; at < (i + 1) * places * classes; at += classes) {
            lane->values[i] += ls_loss_best_class(lane->y + at, classes) ==
                               ls_loss_best_class(lane->target + at, classes);
        }
    }
    ls_loss_divide(lane, places);
}

const ls_loss_type ls_loss_accuracy = {
    .name = "accuracy", .of_classes = true, .plan = plan_accuracy, .run = run_accuracy};
