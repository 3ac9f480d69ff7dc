/* add(name): its input plus what was saved under that name (He et al., CVPR 2016). Where their
 * shapes differ, the saved one goes through a projection, a convolution of 1x1 whose stride makes
 * the sizes equal (the paper's option B). */
#include "copy.h"
#include "sizes.h"

#include "lockstep/layer/layer.h"

typedef struct add {
    ls_conv conv;    /* of the projection; c = 0 = there is none */
    int64_t in, out; /* values of an image: of the saved one, of ours */
} add;

static const ls_arg_spec args[] = {{.name = "name", .role = LS_ARG_TAKES}, {0}};

static ls_status plan_projection(add *s, const ls_backend *backend, ls_shape from, ls_shape to,
                                 int lane, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, "add", conv_forward);
    LS_LAYER_NEEDS(backend, "add", conv_backward);
    int stride = from.h / to.h;
    bool fits = stride > 0 && from.h == stride * to.h && from.w == stride * to.w;
    LS_REQUIRE(
        fits, LS_BAD_INPUT,
        "what was saved is %dx%d, the input %dx%d: a projection can divide both sides by one "
        "whole number alone",
        from.h, from.w, to.h, to.w);
    s->conv = (ls_conv){.h = from.h,
                        .w = from.w,
                        .c = from.c,
                        .p = to.h,
                        .q = to.w,
                        .o = to.c,
                        .kernel = 1,
                        .stride = stride,
                        .form = backend->conv_form};
    plan->scratch_bytes = backend->conv_scratch(&s->conv, lane);
    plan->saved_bytes = sizeof(float) * (size_t)lane * (size_t)(s->in > s->out ? s->in : s->out);
    if (backend->conv_packed != NULL) {
        plan->packed_bytes[0] = backend->conv_packed(&s->conv, false);
        plan->packed_bytes[1] = backend->conv_packed(&s->conv, true);
    }
    plan->flops += 2.0 * from.c * (double)s->out;
    return ls_layer_add_weight_and_bias(plan, 4, (int[]){1, 1, from.c, to.c}, to.c, from.c, to.c);
}

static ls_status plan_add(void *self, const double *values, const ls_backend *backend, ls_shape in,
                          int lane, ls_layer_plan *plan)
{
    (void)values;
    add *s = self;
    LS_LAYER_NEEDS(backend, "add", add);
    s->in = ls_shape_count(plan->skip);
    s->out = ls_shape_count(in);
    plan->out = in;
    plan->takes_output = true;
    plan->in_place = true;
    plan->flops = (double)s->out;
    return ls_shape_equal(plan->skip, in) ? LS_OK
                                          : plan_projection(s, backend, plan->skip, in, lane, plan);
}

static void pack(const void *self, const ls_layer_run *run, bool backward)
{
    const add *s = self;
    run->backend->conv_pack(&s->conv, backward, run->w[0], run->packed);
}

static void forward(const void *self, const ls_layer_run *run)
{
    const add *s = self;
    const float *other = run->skip;
    if (s->conv.c > 0) {
        run->backend->conv_forward(&s->conv, run->n, run->skip, ls_layer_weights(run), run->w[1],
                                   run->saved, NULL, run->scratch);
        other = run->saved;
    }
    ls_layer_copy(run->n * s->out, run->x, run->y);
    run->backend->add(run->n * s->out, other, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const add *s = self;
    const float *other = run->dy;
    if (s->conv.c > 0) {
        run->backend->conv_backward(&s->conv, run->n, run->skip, ls_layer_weights(run), run->dy,
                                    NULL, run->saved, run->dw[0], run->dw[1], run->scratch);
        other = run->saved;
    }
    run->backend->add(run->n * s->in, other, run->dskip);
    if (run->dx != NULL) {
        ls_layer_copy(run->n * s->out, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_add = {
    .name = "add",
    .help = "its input plus what was saved, projected where shapes differ: add(name)",
    .bytes = sizeof(add),
    .args = args,
    .plan = plan_add,
    .pack = pack,
    .forward = forward,
    .backward = backward,
};
