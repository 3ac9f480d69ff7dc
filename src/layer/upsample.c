/* upsample(factor=2, mode=nearest): images larger by a whole factor on both sides, [N,H,W,C] to
 * [N,P,Q,C]: each value repeated, or bilinear between the values' centres. Followed by a conv it
 * takes a deconv's place without its uneven overlap (Odena, Dumoulin and Olah 2016). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, and the words of `mode`, in the order of the tables below. */
enum { FACTOR, MODE };
enum { NEAREST, BILINEAR };

static const char *const modes[] = {[NEAREST] = "nearest", [BILINEAR] = "bilinear", NULL};

static const ls_arg_spec args[] = {
    {.name = "factor", .fallback = "2", .low = 1, .high = 1024, .integer = true},
    {.name = "mode", .fallback = "nearest", .words = modes, .role = LS_ARG_CHOICE},
    {0}};

static ls_status plan_upsample(void *self, const double *values, const ls_backend *backend,
                               ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    LS_LAYER_NEEDS(backend, "upsample", upsample_forward);
    LS_LAYER_NEEDS(backend, "upsample", upsample_backward);
    ls_upsample *s = self;
    *s = (ls_upsample){.h = in.h,
                       .w = in.w,
                       .c = in.c,
                       .factor = (int)values[FACTOR],
                       .bilinear = values[MODE] == BILINEAR};
    LS_TRY(
        ls_layer_set_output(plan, in, (int64_t)in.h * s->factor, (int64_t)in.w * s->factor, in.c));
    plan->flops = (s->bilinear ? 8.0 : 1.0) * (double)ls_shape_count(plan->out);
    return LS_OK;
}

static void forward(const void *self, const ls_layer_run *run)
{
    run->backend->upsample_forward(self, run->n, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    if (run->dx != NULL) {
        run->backend->upsample_backward(self, run->n, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_upsample = {
    .name = "upsample",
    .help = "larger by a factor, nearest or bilinear: upsample(factor=2, mode=nearest)",
    .bytes = sizeof(ls_upsample),
    .args = args,
    .plan = plan_upsample,
    .forward = forward,
    .backward = backward,
};
