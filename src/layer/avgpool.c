/* avgpool(window=2, stride=window): the mean of each window, [N,H,W,C] to [N,P,Q,C]. */
#include "pooling.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { WINDOW, STRIDE };

static const ls_arg_spec args[] = {
    {.name = "window", .fallback = "2", .low = 1, .high = 1024, .integer = true},
    {.name = "stride",
     .fallback = "window",
     .low = 1,
     .high = 1024,
     .integer = true,
     .word = "window"},
    {0}};

static ls_status plan_avgpool(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    LS_LAYER_NEEDS(backend, "avgpool", avgpool_forward);
    LS_LAYER_NEEDS(backend, "avgpool", avgpool_backward);
    return ls_layer_pool_plan(self, in, values[WINDOW], values[STRIDE], plan);
}

static void forward(const void *self, const ls_layer_run *run)
{
    run->backend->avgpool_forward(self, run->n, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    if (run->dx != NULL) {
        run->backend->avgpool_backward(self, run->n, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_avgpool = {
    .name = "avgpool",
    .help = "the mean of each window: avgpool(window=2, stride=window)",
    .bytes = sizeof(ls_pool),
    .args = args,
    .plan = plan_avgpool,
    .forward = forward,
    .backward = backward,
};
