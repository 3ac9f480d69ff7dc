/* dense(O): every output is a weighted sum of every input. Any input shape is taken as the vector
 * of its values in memory order (NHWC: channels fastest). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

/* Values of the weights' gradient made at a time: enough work for a rank to take, and enough parts
 * for the ranks of a host to share. */
#define PART_VALUES 65536

typedef struct dense {
    int in, out;
    int part_rows; /* inputs whose weights are one part, the last with the bias; 0 = no parts */
} dense;

static const ls_arg_spec args[] = {{.name = "O", .low = 1, .high = 16777216, .integer = true}, {0}};

static void plan_parts(dense *s, ls_layer_plan *plan)
{
    s->part_rows = s->out < PART_VALUES ? PART_VALUES / s->out : 1;
    plan->parts = (s->in + s->part_rows - 1) / s->part_rows;
    plan->part_values = (int64_t)s->part_rows * s->out;
}

static ls_status plan_dense(void *self, const double *values, const ls_backend *backend,
                            ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    dense *s = self;
    LS_LAYER_NEEDS(backend, "dense", dense_forward);
    LS_LAYER_NEEDS(backend, "dense", dense_dx);
    LS_LAYER_NEEDS(backend, "dense", dense_dw);
    LS_LAYER_NEEDS(backend, "dense", dense_db);
    s->in = (int)ls_shape_count(in);
    s->out = (int)values[0];
    LS_TRY(ls_layer_set_output(plan, in, 1, 1, s->out));
    LS_TRY(ls_layer_add_weight_and_bias(plan, 2, (int[]){s->in, s->out}, s->out, s->in, s->out));
    for (int i = 0; i < 2 && backend->dense_packed != NULL; i++) {
        plan->packed_bytes[i] = backend->dense_packed(s->in, s->out, i == 1);
    }
    plan->flops = 2.0 * s->in * s->out;
    plan->needs_x = true;
    if (backend->dense_sums != NULL && backend->dense_sums(s->out)) {
        plan_parts(s, plan);
    }
    return LS_OK;
}

static void pack(const void *self, const ls_layer_run *run, bool backward)
{
    const dense *s = self;
    run->backend->dense_pack(s->in, s->out, backward, run->w[0], run->packed);
}

/* w[0]: [in,out], w[1]: [out]. */
static void forward(const void *self, const ls_layer_run *run)
{
    const dense *s = self;
    run->backend->dense_forward(run->n, s->in, s->out, run->x, ls_layer_weights(run), run->w[1],
                                run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const dense *s = self;
    if (run->dx != NULL) {
        run->backend->dense_dx(run->n, s->in, s->out, ls_layer_weights(run), run->dy, run->dx);
    }
    if (s->part_rows == 0) {
        run->backend->dense_dw(run->n, s->in, s->out, run->x, run->dy, run->dw[0]);
        run->backend->dense_db(run->n, s->out, run->dy, run->dw[1]);
    }
}

static void weigh(const void *self, const ls_layer_lanes *lanes, int part, const ls_lane_sums *to)
{
    const dense *s = self;
    const int first = part * s->part_rows;
    const bool is_last = s->in - first <= s->part_rows;
    const ls_dense_sum sum = {.in = s->in,
                              .out = s->out,
                              .first = first,
                              .rows = is_last ? s->in + 1 - first : s->part_rows,
                              .x_pitch = lanes->x_pitch,
                              .dy_pitch = lanes->dy_pitch,
                              .lanes = lanes->count,
                              .lane = lanes->lane,
                              .bound = lanes->bound};
    lanes->backend->dense_sum(&sum, to);
}

const ls_layer_type ls_layer_dense = {
    .name = "dense",
    .help = "fully connected: dense(O)",
    .bytes = sizeof(dense),
    .args = args,
    .plan = plan_dense,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .weigh = weigh,
};
