/* maxpool(window=2, stride=window): the largest value of each window, [N,H,W,C] to [N,P,Q,C]. The
 * windows must cover the image exactly: a border that is dropped in silence would be an image that
 * is not learnt. Backward needs neither x nor y, only the place of each maximum. */
#include "sizes.h"

#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { WINDOW, STRIDE };

/* 15, because the place of a maximum within its window is kept in a byte. */
static const ls_arg_spec args[] = {
    {.name = "window", .fallback = "2", .low = 1, .high = 15, .integer = true},
    {.name = "stride",
     .fallback = "window",
     .low = 1,
     .high = 15,
     .integer = true,
     .word = "window"},
    {0}};

static ls_status check_cover(ls_shape in, const ls_pool *s)
{
    LS_REQUIRE(in.h >= s->window && in.w >= s->window, LS_BAD_INPUT,
               "input %dx%d is smaller than the window %dx%d", in.h, in.w, s->window, s->window);
    bool covered = (in.h - s->window) % s->stride == 0 && (in.w - s->window) % s->stride == 0;
    LS_REQUIRE(covered || s->window != s->stride, LS_BAD_INPUT,
               "input %dx%d is not divisible by %d", in.h, in.w, s->window);
    LS_REQUIRE(covered, LS_BAD_INPUT,
               "input %dx%d is not covered by windows of %d every %d: (size - %d) must be "
               "divisible by %d",
               in.h, in.w, s->window, s->stride, s->window, s->stride);
    return LS_OK;
}

static ls_status plan_maxpool(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    ls_pool *s = self;
    LS_LAYER_NEEDS(backend, "maxpool", maxpool_forward);
    LS_LAYER_NEEDS(backend, "maxpool", maxpool_backward);
    *s = (ls_pool){.h = in.h, .w = in.w, .c = in.c, .window = (int)values[WINDOW]};
    s->stride = values[STRIDE] < 0 ? s->window : (int)values[STRIDE];
    LS_TRY(check_cover(in, s));
    LS_TRY(ls_layer_set_output(plan, in, (in.h - s->window) / s->stride + 1,
                               (in.w - s->window) / s->stride + 1, in.c));
    s->p = plan->out.h;
    s->q = plan->out.w;
    plan->work = s->window == 2 && s->stride == 2 ? LS_WORK_MAXPOOL2 : LS_WORK_OTHER;
    plan->saved_bytes = (size_t)lane * (size_t)ls_shape_count(plan->out); /* which: [N,P,Q,C] */
    plan->flops = (double)s->window * s->window * (double)ls_shape_count(plan->out);
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
    .help = "the largest value of each window: maxpool(window=2, stride=window)",
    .bytes = sizeof(ls_pool),
    .args = args,
    .plan = plan_maxpool,
    .forward = forward,
    .backward = backward,
};
