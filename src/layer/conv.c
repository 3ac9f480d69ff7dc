/* conv(O, kernel=3, stride=1, pad=same): convolution of [N,H,W,C] to [N,P,Q,O], with
 * P = floor((H + 2 pad - K) / stride) + 1. pad = same gives (K - 1) / 2 zeros on every side, so
 * that stride 1 keeps the image's size. */
#include "sizes.h"

#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { FILTERS, KERNEL, STRIDE, PAD };

static const ls_arg_spec args[] = {
    {.name = "O", .low = 1, .high = 65536, .integer = true},
    {.name = "kernel", .fallback = "3", .low = 1, .high = 1024, .integer = true},
    {.name = "stride", .fallback = "1", .low = 1, .high = 1024, .integer = true},
    {.name = "pad", .fallback = "same", .low = 0, .high = 1023, .integer = true, .word = "same"},
    {0}};

/* Padding from the argument; -1 stands for the word "same". */
static ls_status choose_pad(int kernel, double pad, int *out)
{
    LS_REQUIRE(pad >= 0 || kernel % 2 == 1, LS_BAD_INPUT,
               "pad=same needs an odd kernel: %d would pad one side more than the other; use "
               "kernel=%d or a number for pad",
               kernel, kernel + 1);
    *out = pad >= 0 ? (int)pad : (kernel - 1) / 2;
    LS_REQUIRE(*out < kernel, LS_BAD_INPUT,
               "pad=%d is not below the kernel %d: the border would see zeros alone", *out, kernel);
    return LS_OK;
}

static ls_status plan_conv(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    ls_conv *s = self;
    LS_LAYER_NEEDS(backend, "conv", conv_scratch);
    LS_LAYER_NEEDS(backend, "conv", conv_forward);
    LS_LAYER_NEEDS(backend, "conv", conv_backward);
    *s = (ls_conv){.h = in.h, .w = in.w, .c = in.c, .o = (int)values[FILTERS]};
    s->kernel = (int)values[KERNEL];
    s->stride = (int)values[STRIDE];
    LS_TRY(choose_pad(s->kernel, values[PAD], &s->pad));

    int64_t spare_h = (int64_t)in.h + 2 * s->pad - s->kernel; /* beyond the first window */
    int64_t spare_w = (int64_t)in.w + 2 * s->pad - s->kernel;
    LS_REQUIRE(spare_h >= 0 && spare_w >= 0, LS_BAD_INPUT,
               "the kernel %dx%d is larger than the input %dx%d with its padding of %d", s->kernel,
               s->kernel, in.h, in.w, s->pad);
    LS_TRY(ls_layer_set_output(plan, in, spare_h / s->stride + 1, spare_w / s->stride + 1, s->o));
    s->p = plan->out.h;
    s->q = plan->out.w;

    double area = (double)s->kernel * s->kernel;
    LS_TRY(ls_layer_add_weight_and_bias(plan, 4, (int[]){s->kernel, s->kernel, s->c, s->o}, s->o,
                                        area * s->c, area * s->o));
    s->form = backend->conv_form;
    plan->method = backend->conv_method != NULL ? backend->conv_method(s) : NULL;
    plan->scratch_bytes = backend->conv_scratch(s, lane);
    for (int i = 0; i < 2 && backend->conv_packed != NULL; i++) {
        plan->packed_bytes[i] = backend->conv_packed(s, i == 1);
    }
    plan->flops = 2.0 * area * s->c * (double)ls_shape_count(plan->out);
    plan->needs_x = true;
    return LS_OK;
}

static void pack(const void *self, const ls_layer_run *run, bool backward)
{
    run->backend->conv_pack(self, backward, run->w[0], run->packed);
}

/* relu and maxpool(2) behind it, where windows cover the image, in the form that it has apart. */
static int absorb(const void *self, const ls_backend *backend, int lane,
                  const ls_layer_plan *const *next, int count, ls_layer_plan *plan)
{
    ls_conv s = *(const ls_conv *)self;
    if (count < 2 || next[0]->work != LS_WORK_RELU || next[1]->work != LS_WORK_MAXPOOL2) {
        return 0;
    }
    s.pools = true;
    const char *method = backend->conv_method != NULL ? backend->conv_method(&s) : NULL;
    if (method != plan->method) { /* the form that it has apart does not pool */
        return 0;
    }
    size_t fused = backend->conv_scratch(&s, lane);
    plan->scratch_bytes = fused > plan->scratch_bytes ? fused : plan->scratch_bytes;
    plan->saved_bytes =
        (size_t)lane * (size_t)ls_shape_count(next[1]->out); /* which: [N,P/2,Q/2,O] */
    return 2;
}

/* w[0]: [K,K,C,O], w[1]: [O]. */
static void forward(const void *self, const ls_layer_run *run)
{
    ls_conv s = *(const ls_conv *)self;
    s.pools = run->fused;
    run->backend->conv_forward(&s, run->n, run->x, ls_layer_weights(run), run->w[1], run->y,
                               run->fused ? run->saved : NULL, run->scratch);
}

static void backward(const void *self, const ls_layer_run *run)
{
    ls_conv s = *(const ls_conv *)self;
    s.pools = run->fused;
    run->backend->conv_backward(&s, run->n, run->x, ls_layer_weights(run), run->dy,
                                run->fused ? run->saved : NULL, run->dx, run->dw[0], run->dw[1],
                                run->scratch);
}

const ls_layer_type ls_layer_conv = {
    .name = "conv",
    .help = "convolution: conv(O, kernel=3, stride=1, pad=same)",
    .bytes = sizeof(ls_conv),
    .args = args,
    .plan = plan_conv,
    .pack = pack,
    .absorb = absorb,
    .forward = forward,
    .backward = backward,
};
