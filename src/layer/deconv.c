/* deconv(O, kernel=3, stride=2, pad=1, output_pad=1): transposed convolution of [N,H,W,C] to
 * [N,P,Q,O], with P = (H - 1) stride - 2 pad + K + output_pad. The fallbacks double an image.
 * (Zeiler et al. 2010; output_pad settles which of the sizes that a strided convolution maps to
 * the same one is meant: Dumoulin and Visin 2016, section 4.) */
#include "sizes.h"

#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { FILTERS, KERNEL, STRIDE, PAD, OUTPUT_PAD };

static const ls_arg_spec args[] = {
    {.name = "O", .low = 1, .high = 65536, .integer = true},
    {.name = "kernel", .fallback = "3", .low = 1, .high = 1024, .integer = true},
    {.name = "stride", .fallback = "2", .low = 1, .high = 1024, .integer = true},
    {.name = "pad", .fallback = "1", .low = 0, .high = 1023, .integer = true},
    {.name = "output_pad", .fallback = "1", .low = 0, .high = 1023, .integer = true},
    {0}};

static int64_t output_size(int64_t size, const ls_conv *s, int output_pad)
{
    return (size - 1) * s->stride - 2 * s->pad + s->kernel + output_pad;
}

static ls_status plan_deconv(void *self, const double *values, const ls_backend *backend,
                             ls_shape in, int lane, ls_layer_plan *plan)
{
    ls_conv *s = self;
    LS_LAYER_NEEDS(backend, "deconv", deconv_scratch);
    LS_LAYER_NEEDS(backend, "deconv", deconv_forward);
    LS_LAYER_NEEDS(backend, "deconv", deconv_backward);
    *s = (ls_conv){.h = in.h, .w = in.w, .c = in.c, .o = (int)values[FILTERS]};
    s->kernel = (int)values[KERNEL];
    s->stride = (int)values[STRIDE];
    s->pad = (int)values[PAD];
    int output_pad = (int)values[OUTPUT_PAD];
    LS_REQUIRE(s->pad < s->kernel, LS_BAD_INPUT,
               "pad=%d is not below the kernel %d: border inputs would reach no output", s->pad,
               s->kernel);
    LS_REQUIRE(output_pad < s->stride, LS_BAD_INPUT,
               "output_pad=%d is not below the stride %d; with stride=1 use output_pad=0",
               output_pad, s->stride);
    LS_TRY(ls_layer_set_output(plan, in, output_size(in.h, s, output_pad),
                               output_size(in.w, s, output_pad), s->o));
    s->p = plan->out.h;
    s->q = plan->out.w;

    double area = (double)s->kernel * s->kernel;
    /* Of the K * K * C terms of the formula, one in stride * stride reaches a given output. */
    LS_TRY(ls_layer_add_weight_and_bias(plan, 4, (int[]){s->c, s->kernel, s->kernel, s->o}, s->o,
                                        area * s->c / ((double)s->stride * s->stride),
                                        area * s->o));
    s->form = backend->conv_form;
    plan->method = backend->deconv_method != NULL ? backend->deconv_method(s) : NULL;
    plan->scratch_bytes = backend->deconv_scratch(s, lane);
    for (int i = 0; i < 2 && backend->deconv_packed != NULL; i++) {
        plan->packed_bytes[i] = backend->deconv_packed(s, i == 1);
    }
    plan->flops = 2.0 * area * s->o * (double)ls_shape_count(in);
    plan->needs_x = true;
    return LS_OK;
}

static void pack(const void *self, const ls_layer_run *run, bool backward)
{
    run->backend->deconv_pack(self, backward, run->w[0], run->packed);
}

/* relu behind it. */
static int absorb(const void *self, const ls_backend *backend, int lane,
                  const ls_layer_plan *const *next, int count, ls_layer_plan *plan)
{
    (void)lane;
    (void)plan;
    bool can = backend->deconv_rectifies != NULL && backend->deconv_rectifies(self);
    return can && count > 0 && next[0]->work == LS_WORK_RELU ? 1 : 0;
}

/* w[0]: [C,K,K,O], w[1]: [O]. */
static void forward(const void *self, const ls_layer_run *run)
{
    ls_conv s = *(const ls_conv *)self;
    s.rectifies = run->fused;
    run->backend->deconv_forward(&s, run->n, run->x, ls_layer_weights(run), run->w[1], run->y,
                                 run->scratch);
}

static void backward(const void *self, const ls_layer_run *run)
{
    ls_conv s = *(const ls_conv *)self;
    s.rectifies = run->fused;
    run->backend->deconv_backward(&s, run->n, run->x, ls_layer_weights(run),
                                  run->fused ? run->y : NULL, run->dy, run->dx, run->dw[0],
                                  run->dw[1], run->scratch);
}

const ls_layer_type ls_layer_deconv = {
    .name = "deconv",
    .help = "transposed convolution: deconv(O, kernel=3, stride=2, pad=1, output_pad=1)",
    .bytes = sizeof(ls_conv),
    .args = args,
    .plan = plan_deconv,
    .pack = pack,
    .absorb = absorb,
    .forward = forward,
    .backward = backward,
};
