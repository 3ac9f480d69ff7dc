/* dense(O): every output is a weighted sum of every input. Any input shape is taken as the vector
 * of its values in memory order (NHWC: channels fastest). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

typedef struct dense {
    int in, out;
} dense;

static const ls_arg_spec args[] = {{.name = "O", .low = 1, .high = 16777216, .integer = true}, {0}};

static ls_status plan_dense(void *self, const double *values, const ls_backend *backend,
                            ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    dense *s = self;
    LS_LAYER_NEEDS(backend, "dense", dense_forward);
    LS_LAYER_NEEDS(backend, "dense", dense_backward);
    s->in = (int)ls_shape_count(in);
    s->out = (int)values[0];
    LS_TRY(ls_layer_set_output(plan, in, 1, 1, s->out));
    LS_TRY(ls_layer_add_weight_and_bias(plan, 2, (int[]){s->in, s->out}, s->out, s->in, s->out));
    plan->flops = 2.0 * s->in * s->out;
    plan->needs_x = true;
    return LS_OK;
}

/* w[0]: [in,out], w[1]: [out]. */
static void forward(const void *self, const ls_layer_run *run)
{
    const dense *s = self;
    run->backend->dense_forward(run->n, s->in, s->out, run->x, run->w[0], run->w[1], run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const dense *s = self;
    run->backend->dense_backward(run->n, s->in, s->out, run->x, run->w[0], run->dy, run->dx,
                                 run->dw[0], run->dw[1]);
}

const ls_layer_type ls_layer_dense = {
    .name = "dense",
    .help = "fully connected: dense(O)",
    .bytes = sizeof(dense),
    .args = args,
    .plan = plan_dense,
    .forward = forward,
    .backward = backward,
};
