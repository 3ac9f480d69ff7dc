/* sparse(weight): its input as it is; to an image's loss, a mean over its values, is added weight *
 * mean |x|, which keeps few values of a code away from 0 (Ng, CS294A lecture notes, 2011, with the
 * L1 norm as penalty). The subgradient at 0 is 0. */
#include "copy.h"

#include "lockstep/layer/layer.h"

#include <math.h>

static const ls_arg_spec args[] = {{.name = "weight", .low = 0, .high = 1e6}, {0}};

typedef struct sparse {
    int64_t count; /* values of an image */
    double weight;
} sparse;

static ls_status plan_sparse(void *self, const double *values, const ls_backend *backend,
                             ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)backend;
    (void)lane;
    sparse *s = self;
    *s = (sparse){.count = ls_shape_count(in), .weight = values[0]};
    plan->out = in;
    plan->flops = 2.0 * (double)s->count;
    plan->needs_y = true; /* its signs */
    plan->in_place = true;
    return LS_OK;
}

static void forward(const void *self, const ls_layer_run *run)
{
    const sparse *s = self;
    ls_layer_copy(run->n * s->count, run->x, run->y);
    for (int64_t k = 0; run->training != NULL && k < run->n; k++) {
        double sum = 0.0;
        for (int64_t i = k * s->count; i < (k + 1) * s->count; i++) {
            sum += fabs((double)run->y[i]);
        }
        run->training->penalties[k] += s->weight * sum / (double)s->count;
    }
}

static void backward(const void *self, const ls_layer_run *run)
{
    const sparse *s = self;
    float slope = 0.0F;
    if (run->training != NULL) {
        slope = (float)(s->weight / ((double)s->count * (double)run->training->images));
    }
    for (int64_t i = 0; run->dx != NULL && i < run->n * s->count; i++) {
        float sign = (float)((run->y[i] > 0.0F) - (run->y[i] < 0.0F));
        run->dx[i] = run->dy[i] + slope * sign;
    }
}

const ls_layer_type ls_layer_sparse = {
    .name = "sparse",
    .help = "its input, with weight times the mean size of x added to the loss: sparse(weight)",
    .bytes = sizeof(sparse),
    .args = args,
    .plan = plan_sparse,
    .forward = forward,
    .backward = backward,
};
