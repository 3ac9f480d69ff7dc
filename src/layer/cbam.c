/* cbam(ratio=16, kernel=7): two gates one after the other (Woo, Park, Lee and Kweon, ECCV 2018). A
 * channel's gate follows from the means and the maxima of all channels, each through the same C /
 * ratio values, added; a place's gate from the mean and the maximum over the gated channels there,
 * by a convolution of kernel x kernel. */
#include "copy.h"
#include "linear.h"
#include "room.h"
#include "sizes.h"

/* Where the arguments' values stand, in the order of the table below; the number of the first
 * parameter that is the convolution's. */
enum { RATIO, KERNEL };
enum { SPATIAL = 4 };

static const ls_arg_spec args[] = {
    {.name = "ratio", .fallback = "16", .low = 1, .high = 65536, .integer = true},
    {.name = "kernel", .fallback = "7", .low = 1, .high = 1023, .integer = true},
    {0}};

typedef struct cbam {
    ls_shape in;
    ls_bottleneck bottleneck;
    ls_conv conv; /* [H,W,2] to [H,W,1] */
    /* in saved */
    size_t squeezed;      /* [2,n,C]: means, maxima */
    size_t which;         /* [n,C]: the places of the maxima */
    size_t hidden;        /* [2,n,C/ratio] */
    size_t channel_gate;  /* [n,C] */
    size_t gated;         /* [n,HW,C] */
    size_t pooled;        /* [n,HW,2]: mean, maximum */
    size_t spatial_which; /* [n,HW]: the channel of the maximum */
    size_t spatial_gate;  /* [n,HW] */
    /* in scratch */
    size_t packed[2];          /* the convolution's weights, if they are packed */
    size_t work;               /* the convolution's own */
    size_t logits;             /* [2,n,C], and in backward their gradient */
    size_t dhidden, dsqueezed; /* [2,n,C/ratio], [2,n,C] */
    size_t dgated;             /* [n,HW,C] */
    size_t dpooled;            /* [n,HW,2] */
    size_t dgate;              /* [n,HW] */
    size_t halves;             /* [2,n,HW]: the two of pooled, or of dpooled, apart */
} cbam;

static bool is_packed(const ls_backend *backend)
{
    return backend->conv_packed != NULL;
}

static void plan_scratch(cbam *s, const ls_backend *backend, int lane, ls_layer_plan *plan)
{
    int64_t channels = (int64_t)lane * s->in.c;
    int64_t places = (int64_t)lane * s->in.h * s->in.w;
    size_t *total = &plan->scratch_bytes;
    for (int i = 0; i < 2 && is_packed(backend); i++) {
        s->packed[i] = ls_room_bytes(total, backend->conv_packed(&s->conv, i == 1));
    }
    s->work = ls_room_bytes(total, backend->conv_scratch(&s->conv, lane));
    s->logits = ls_room_floats(total, 2 * channels);
    s->dhidden = ls_room_floats(total, 2 * (int64_t)lane * s->bottleneck.down.out);
    s->dsqueezed = ls_room_floats(total, 2 * channels);
    s->dgated = ls_room_floats(total, places * s->in.c);
    s->dpooled = ls_room_floats(total, 2 * places);
    s->dgate = ls_room_floats(total, places);
    s->halves = ls_room_floats(total, 2 * places);
}

static void plan_saved(cbam *s, int lane, ls_layer_plan *plan)
{
    int64_t channels = (int64_t)lane * s->in.c;
    int64_t places = (int64_t)lane * s->in.h * s->in.w;
    size_t *total = &plan->saved_bytes;
    s->squeezed = ls_room_floats(total, 2 * channels);
    s->which = ls_room_bytes(total, sizeof(int) * (size_t)channels);
    s->hidden = ls_room_floats(total, 2 * (int64_t)lane * s->bottleneck.down.out);
    s->channel_gate = ls_room_floats(total, channels);
    s->gated = ls_room_floats(total, places * s->in.c);
    s->pooled = ls_room_floats(total, 2 * places);
    s->spatial_which = ls_room_bytes(total, sizeof(int) * (size_t)places);
    s->spatial_gate = ls_room_floats(total, places);
}

static ls_status plan_spatial(cbam *s, const ls_backend *backend, int kernel, ls_layer_plan *plan)
{
    LS_REQUIRE(kernel % 2 == 1, LS_BAD_INPUT,
               "kernel %d is even: it would see more on one side of a place than on the other; use "
               "kernel=%d",
               kernel, kernel + 1);
    s->conv = (ls_conv){.h = s->in.h,
                        .w = s->in.w,
                        .c = 2,
                        .p = s->in.h,
                        .q = s->in.w,
                        .o = 1,
                        .kernel = kernel,
                        .stride = 1,
                        .pad = (kernel - 1) / 2,
                        .form = backend->conv_form};
    double area = (double)kernel * kernel;
    LS_TRY(ls_layer_add_weight_and_bias(plan, 4, (int[]){kernel, kernel, 2, 1}, 1, 2 * area, area));
    plan->params[SPATIAL].name = "spatial_weight";
    plan->params[SPATIAL + 1].name = "spatial_bias";
    plan->flops += 4.0 * area * s->in.h * s->in.w;
    return LS_OK;
}

static ls_status plan_cbam(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    cbam *s = self;
    LS_LAYER_NEEDS(backend, "cbam", squeeze_forward);
    LS_LAYER_NEEDS(backend, "cbam", squeeze_backward);
    LS_LAYER_NEEDS(backend, "cbam", gate_forward);
    LS_LAYER_NEEDS(backend, "cbam", gate_backward);
    LS_LAYER_NEEDS(backend, "cbam", conv_forward);
    LS_LAYER_NEEDS(backend, "cbam", conv_backward);
    s->in = in;
    plan->out = in;
    LS_TRY(ls_bottleneck_plan(&s->bottleneck, "cbam", backend, in.c, (int)values[RATIO], plan));
    LS_TRY(plan_spatial(s, backend, (int)values[KERNEL], plan));
    plan_saved(s, lane, plan);
    plan_scratch(s, backend, lane, plan);
    plan->flops += 6.0 * (double)ls_shape_count(in) + 8.0 * in.c * s->bottleneck.down.out;
    plan->needs_x = true;
    return LS_OK;
}

/* Over the places of each image, and over the channels of each place. */
static ls_axis of_places(const cbam *s, int n)
{
    return (ls_axis){.outer = n, .middle = s->in.h * s->in.w, .inner = s->in.c};
}

static ls_axis of_channels(const cbam *s, int n)
{
    return (ls_axis){.outer = (int64_t)n * s->in.h * s->in.w, .middle = s->in.c, .inner = 1};
}

static const float *spatial_weights(const cbam *s, const ls_layer_run *run, bool backward)
{
    if (!is_packed(run->backend)) {
        return run->w[SPATIAL];
    }
    float *packed = ls_room_at(run->scratch, s->packed[backward]);
    run->backend->conv_pack(&s->conv, backward, run->w[SPATIAL], packed);
    return packed;
}

/* x [n,HW,C] -> gated */
static void gate_channels(const cbam *s, const ls_layer_run *run)
{
    const ls_axis axis = of_places(s, run->n);
    int64_t count = axis.outer * axis.inner;
    float *squeezed = ls_room_at(run->saved, s->squeezed);
    float *logits = ls_room_at(run->scratch, s->logits);
    float *gate = ls_room_at(run->saved, s->channel_gate);
    run->backend->squeeze_forward(&axis, run->x, squeezed, squeezed + count,
                                  ls_room_at(run->saved, s->which));
    ls_bottleneck_forward(&s->bottleneck, run, 2 * run->n, squeezed,
                          ls_room_at(run->saved, s->hidden), logits);
    run->backend->add(count, logits + count, logits);
    run->backend->unary_forward(LS_SIGMOID, 0.0F, count, logits, gate);
    run->backend->gate_forward(&axis, run->x, gate, ls_room_at(run->saved, s->gated));
}

/* gated -> y */
static void gate_places(const cbam *s, const ls_layer_run *run)
{
    const ls_axis axis = of_channels(s, run->n);
    const float *gated = ls_room_at(run->saved, s->gated);
    float *pooled = ls_room_at(run->saved, s->pooled);
    float *gate = ls_room_at(run->saved, s->spatial_gate);
    float *mean = ls_room_at(run->scratch, s->halves);
    float *most = mean + axis.outer;
    run->backend->squeeze_forward(&axis, gated, mean, most,
                                  ls_room_at(run->saved, s->spatial_which));
    for (int64_t i = 0; i < axis.outer; i++) {
        pooled[2 * i] = mean[i];
        pooled[2 * i + 1] = most[i];
    }
    run->backend->conv_forward(&s->conv, run->n, pooled, spatial_weights(s, run, false),
                               run->w[SPATIAL + 1], gate, NULL, ls_room_at(run->scratch, s->work));
    run->backend->unary_forward(LS_SIGMOID, 0.0F, axis.outer, gate, gate);
    run->backend->gate_forward(&axis, gated, gate, run->y);
}

static void forward(const void *self, const ls_layer_run *run)
{
    gate_channels(self, run);
    gate_places(self, run);
}

/* dy -> dgated */
static void places_backward(const cbam *s, const ls_layer_run *run)
{
    const ls_axis axis = of_channels(s, run->n);
    const float *gate = ls_room_at(run->saved, s->spatial_gate);
    float *dgated = ls_room_at(run->scratch, s->dgated);
    float *dgate = ls_room_at(run->scratch, s->dgate);
    float *dpooled = ls_room_at(run->scratch, s->dpooled);
    float *dmean = ls_room_at(run->scratch, s->halves);
    float *dmost = dmean + axis.outer;
    run->backend->gate_backward(&axis, ls_room_at(run->saved, s->gated), gate, run->dy, dgated,
                                dgate);
    run->backend->unary_backward(LS_SIGMOID, 0.0F, axis.outer, gate, dgate, dgate);
    run->backend->conv_backward(
        &s->conv, run->n, ls_room_at(run->saved, s->pooled), spatial_weights(s, run, true), dgate,
        NULL, dpooled, run->dw[SPATIAL], run->dw[SPATIAL + 1], ls_room_at(run->scratch, s->work));
    for (int64_t i = 0; i < axis.outer; i++) {
        dmean[i] = dpooled[2 * i];
        dmost[i] = dpooled[2 * i + 1];
    }
    run->backend->squeeze_backward(&axis, ls_room_at(run->saved, s->spatial_which), dmean, dmost,
                                   dgated);
}

/* dgated -> dx, if anybody wants it */
static void channels_backward(const cbam *s, const ls_layer_run *run)
{
    const ls_axis axis = of_places(s, run->n);
    int64_t count = axis.outer * axis.inner;
    const float *gate = ls_room_at(run->saved, s->channel_gate);
    float *dlogits = ls_room_at(run->scratch, s->logits);
    float *dsqueezed = ls_room_at(run->scratch, s->dsqueezed);
    run->backend->gate_backward(&axis, run->x, gate, ls_room_at(run->scratch, s->dgated), run->dx,
                                dlogits);
    run->backend->unary_backward(LS_SIGMOID, 0.0F, count, gate, dlogits, dlogits);
    ls_layer_copy(count, dlogits, dlogits + count);
    ls_bottleneck_backward(&s->bottleneck, run, 2 * run->n, ls_room_at(run->saved, s->squeezed),
                           ls_room_at(run->saved, s->hidden), dlogits,
                           ls_room_at(run->scratch, s->dhidden),
                           run->dx != NULL ? dsqueezed : NULL);
    if (run->dx != NULL) {
        run->backend->squeeze_backward(&axis, ls_room_at(run->saved, s->which), dsqueezed,
                                       dsqueezed + count, run->dx);
    }
}

static void backward(const void *self, const ls_layer_run *run)
{
    places_backward(self, run);
    channels_backward(self, run);
}

const ls_layer_type ls_layer_cbam = {
    .name = "cbam",
    .help = "channels gated, then places, by means and maxima: cbam(ratio=16, kernel=7)",
    .bytes = sizeof(cbam),
    .args = args,
    .plan = plan_cbam,
    .forward = forward,
    .backward = backward,
};
