/* maxpool(window=2, stride=window, name=none): the largest value of each window, [N,H,W,C] to
 * [N,P,Q,C]. Backward needs neither x nor y, only the place of each maximum. Under its name unpool
 * finds those places; no other layer does the work of a maxpool with a name. */
#include "pooling.h"

#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { WINDOW, STRIDE, NAME };

/* 15, because the place of a maximum within its window is kept in a byte. */
static const ls_arg_spec args[] = {
    {.name = "window", .fallback = "2", .low = 1, .high = 15, .integer = true},
    {.name = "stride",
     .fallback = "window",
     .low = 1,
     .high = 15,
     .integer = true,
     .word = "window"},
    {.name = "name", .fallback = "", .role = LS_ARG_NAMES},
    {0}};

static ls_status plan_maxpool(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    ls_pool *s = self;
    LS_LAYER_NEEDS(backend, "maxpool", maxpool_forward);
    LS_LAYER_NEEDS(backend, "maxpool", maxpool_backward);
    LS_TRY(ls_layer_pool_plan(s, in, values[WINDOW], values[STRIDE], plan));
    bool is_named = values[NAME] != 0;
    LS_REQUIRE(!is_named || s->window == s->stride, LS_BAD_INPUT,
               "windows of %d every %d overlap or leave gaps: to be undone by unpool they must do "
               "neither; leave out stride, or the name",
               s->window, s->stride);
    bool is_simple = s->window == 2 && s->stride == 2 && !is_named;
    plan->work = is_simple ? LS_WORK_MAXPOOL2 : LS_WORK_OTHER;
    plan->saved_bytes = (size_t)lane * (size_t)ls_shape_count(plan->out); /* which: [N,P,Q,C] */
    return LS_OK;
}

static void forward(const void *self, const ls_layer_run *run)
{
    run->backend->maxpool_forward(self, run->n, run->x, run->y, run->saved);
}

static void backward(const void *self, const ls_layer_run *run)
{
    if (run->dx != NULL) {
        run->backend->maxpool_backward(self, run->n, run->saved, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_maxpool = {
    .name = "maxpool",
    .help = "the largest value of each window: maxpool(window=2, stride=window, name=none)",
    .bytes = sizeof(ls_pool),
    .args = args,
    .plan = plan_maxpool,
    .forward = forward,
    .backward = backward,
};
