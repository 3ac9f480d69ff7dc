/* unpool(name): puts each value where the named maxpool found its maximum, and zeros elsewhere,
 * [N,P, Q,C] to that layer's [N,H,W,C] (Badrinarayanan, Kendall and Cipolla 2017: SegNet, section
 * 3). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

#include <string.h>

static const ls_arg_spec args[] = {{.name = "name", .role = LS_ARG_TAKES}, {0}};

static ls_status plan_unpool(void *self, const double *values, const ls_backend *backend,
                             ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    LS_LAYER_NEEDS(backend, "unpool", maxpool_backward);
    LS_LAYER_NEEDS(backend, "unpool", maxpool_gather);
    LS_REQUIRE(strcmp(plan->skip_type, "maxpool") == 0, LS_BAD_INPUT,
               "what has this name is a %s: unpool undoes a maxpool(2, name=...)", plan->skip_type);
    char own[LS_SHAPE_CHARS];
    char given[LS_SHAPE_CHARS];
    LS_REQUIRE(ls_shape_equal(in, plan->skip), LS_BAD_INPUT,
               "input %s, but the maxpool gave %s: both must be the same", ls_shape_text(in, own),
               ls_shape_text(plan->skip, given));
    const ls_shape out = plan->skip_in;
    int window = out.h / in.h; /* exactly: windows of a maxpool with a name are side by side */
    ls_pool *s = self;
    *s = (ls_pool){.h = out.h,
                   .w = out.w,
                   .c = out.c,
                   .p = in.h,
                   .q = in.w,
                   .window = window,
                   .stride = window};
    plan->flops = (double)ls_shape_count(out);
    return ls_layer_set_output(plan, in, out.h, out.w, out.c);
}

/* As the maxpool's gradient goes back. */
static void forward(const void *self, const ls_layer_run *run)
{
    run->backend->maxpool_backward(self, run->n, run->skip_kept, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    if (run->dx != NULL) {
        run->backend->maxpool_gather(self, run->n, run->skip_kept, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_unpool = {
    .name = "unpool",
    .help = "each value where a maxpool found its maximum, zeros elsewhere: unpool(name)",
    .bytes = sizeof(ls_pool),
    .args = args,
    .plan = plan_unpool,
    .forward = forward,
    .backward = backward,
};
