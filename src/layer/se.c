/* se(ratio=16): squeeze and excitation (Hu, Shen and Sun, CVPR 2018): each channel times a gate in
 * (0, 1) that follows from the means of all channels, through C / ratio values. */
#include "linear.h"
#include "room.h"

typedef struct se {
    ls_axis axis; /* of one image: its places */
    ls_bottleneck bottleneck;
    size_t mean, hidden, gate;    /* in saved: [n,C], [n,C/ratio], [n,C] */
    size_t dmean, dhidden, dgate; /* in scratch, of the same sizes */
} se;

static const ls_arg_spec args[] = {
    {.name = "ratio", .fallback = "16", .low = 1, .high = 65536, .integer = true}, {0}};

static void plan_memory(se *s, int lane, ls_layer_plan *plan)
{
    int64_t channels = (int64_t)lane * s->axis.inner;
    int64_t hidden = (int64_t)lane * s->bottleneck.down.out;
    s->mean = ls_room_floats(&plan->saved_bytes, channels);
    s->hidden = ls_room_floats(&plan->saved_bytes, hidden);
    s->gate = ls_room_floats(&plan->saved_bytes, channels);
    s->dmean = ls_room_floats(&plan->scratch_bytes, channels);
    s->dhidden = ls_room_floats(&plan->scratch_bytes, hidden);
    s->dgate = ls_room_floats(&plan->scratch_bytes, channels);
}

static ls_status plan_se(void *self, const double *values, const ls_backend *backend, ls_shape in,
                         int lane, ls_layer_plan *plan)
{
    se *s = self;
    LS_LAYER_NEEDS(backend, "se", squeeze_forward);
    LS_LAYER_NEEDS(backend, "se", squeeze_backward);
    LS_LAYER_NEEDS(backend, "se", gate_forward);
    LS_LAYER_NEEDS(backend, "se", gate_backward);
    s->axis = (ls_axis){.outer = 1, .middle = in.h * in.w, .inner = in.c};
    plan->out = in;
    LS_TRY(ls_bottleneck_plan(&s->bottleneck, "se", backend, in.c, (int)values[0], plan));
    plan_memory(s, lane, plan);
    plan->flops = 2.0 * (double)ls_shape_count(in) + 4.0 * in.c * s->bottleneck.down.out;
    plan->needs_x = true;
    return LS_OK;
}

static ls_axis of_lane(const se *s, int n)
{
    return (ls_axis){.outer = n, .middle = s->axis.middle, .inner = s->axis.inner};
}

static void forward(const void *self, const ls_layer_run *run)
{
    const se *s = self;
    const ls_axis axis = of_lane(s, run->n);
    float *mean = ls_room_at(run->saved, s->mean);
    float *gate = ls_room_at(run->saved, s->gate);
    int64_t channels = axis.outer * axis.inner;
    run->backend->squeeze_forward(&axis, run->x, mean, NULL, NULL);
    ls_bottleneck_forward(&s->bottleneck, run, run->n, mean, ls_room_at(run->saved, s->hidden),
                          gate);
    run->backend->unary_forward(LS_SIGMOID, 0.0F, channels, gate, gate);
    run->backend->gate_forward(&axis, run->x, gate, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const se *s = self;
    const ls_axis axis = of_lane(s, run->n);
    const float *gate = ls_room_at(run->saved, s->gate);
    float *dgate = ls_room_at(run->scratch, s->dgate);
    float *dmean = ls_room_at(run->scratch, s->dmean);
    int64_t channels = axis.outer * axis.inner;
    run->backend->gate_backward(&axis, run->x, gate, run->dy, run->dx, dgate);
    run->backend->unary_backward(LS_SIGMOID, 0.0F, channels, gate, dgate, dgate);
    ls_bottleneck_backward(&s->bottleneck, run, run->n, ls_room_at(run->saved, s->mean),
                           ls_room_at(run->saved, s->hidden), dgate,
                           ls_room_at(run->scratch, s->dhidden), run->dx != NULL ? dmean : NULL);
    if (run->dx != NULL) {
        run->backend->squeeze_backward(&axis, NULL, dmean, NULL, run->dx);
    }
}

const ls_layer_type ls_layer_se = {
    .name = "se",
    .help = "channels gated by the means of all of them: se(ratio=16)",
    .bytes = sizeof(se),
    .args = args,
    .plan = plan_se,
    .forward = forward,
    .backward = backward,
};
