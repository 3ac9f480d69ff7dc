/* Windows that cover an image. */
#include "pooling.h"

#include "sizes.h"

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

ls_status ls_layer_pool_plan(ls_pool *s, ls_shape in, double window, double stride,
                             ls_layer_plan *plan)
{
    *s = (ls_pool){.h = in.h, .w = in.w, .c = in.c, .window = (int)window};
    s->stride = stride < 0 ? s->window : (int)stride;
    LS_TRY(check_cover(in, s));
    LS_TRY(ls_layer_set_output(plan, in, (in.h - s->window) / s->stride + 1,
                               (in.w - s->window) / s->stride + 1, in.c));
    s->p = plan->out.h;
    s->q = plan->out.w;
    plan->flops = (double)s->window * s->window * (double)ls_shape_count(plan->out);
    return LS_OK;
}
