/* batchnorm(momentum=0.1, eps=1e-5): every channel with mean 0 and variance 1 (Ioffe and Szegedy,
 * ICML 2015); then times gamma and plus beta. In training, statistics are over the places and
 * images of one lane, never of the whole batch ("ghost" batch normalization: Hoffer, Hubara and
 * Soudry, NeurIPS 2017): so no lane waits for another, and the number of ranks changes nothing.
 * train.lane is then the size that the method's papers call the batch.
 *
 * State: what evaluation normalizes by. A step moves the mean and the variance by `momentum`
 * towards those of the batch's lanes, weighted by their images; of a lane's m values, the variance
 * counts times m / (m - 1), which has no bias (algorithm 2 there). */
#include "norm.h"

/* Where the arguments' values stand, in the order of the table below. */
enum { MOMENTUM, EPS };

static const ls_arg_spec args[] = {
    {.name = "momentum", .fallback = "0.1", .low = 0, .high = 1}, LS_LAYER_NORM_EPS, {0}};

static ls_status plan_batchnorm(void *self, const double *values, const ls_backend *backend,
                                ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)lane;
    LS_TRY(ls_layer_norm_plan(self, "batchnorm", backend, in, in.c, values[EPS], 1, plan));
    plan->state_count = 2;
    plan->states[0] =
        (ls_param_plan){.name = "mean", .dim_count = 1, .dims = {in.c}, .init = LS_INIT_ZERO};
    plan->states[1] =
        (ls_param_plan){.name = "variance", .dim_count = 1, .dims = {in.c}, .init = LS_INIT_ONE};
    plan->state_rate = values[MOMENTUM];
    plan->across_lane = true;
    return LS_OK;
}

/* The lane as one block. */
static ls_norm of_lane(const void *self, int n)
{
    ls_norm s = *(const ls_norm *)self;
    s.places *= n;
    return s;
}

static void give(int c, double factor, const float *values, float *dstate)
{
    for (int i = 0; i < c; i++) {
        dstate[i] += (float)(values[i] * factor);
    }
}

static void give_states(const ls_norm *s, const ls_layer_run *run)
{
    double share = (double)run->n / (double)run->training->images;
    double others = s->places > 1 ? (double)(s->places - 1) : 1.0;
    give(s->c, share, ls_layer_norm_mean(run), run->dstate[0]);
    give(s->c, share * (double)s->places / others, ls_layer_norm_variance(s, 1, run),
         run->dstate[1]);
}

static void forward(const void *self, const ls_layer_run *run)
{
    const ls_norm s = of_lane(self, run->n);
    if (run->training == NULL) {
        run->backend->norm_apply(&s, 1, run->x, run->state[0], run->state[1], run->w[0], run->w[1],
                                 run->y);
        return;
    }
    ls_layer_norm_forward(&s, 1, run);
    give_states(&s, run);
}

static void backward(const void *self, const ls_layer_run *run)
{
    ls_norm s = of_lane(self, run->n);
    if (run->training != NULL) {
        ls_layer_norm_backward(&s, 1, run);
        return;
    }
    s.fixed = true;
    run->backend->norm_backward(&s, 1, run->x, run->state[0], run->state[1], run->w[0], run->dy,
                                run->dx, run->dw[0], run->dw[1], run->scratch);
}

const ls_layer_type ls_layer_batchnorm = {
    .name = "batchnorm",
    .help = "channels made mean 0 and variance 1 over a lane: batchnorm(momentum=0.1, eps=1e-5)",
    .bytes = sizeof(ls_norm),
    .args = args,
    .plan = plan_batchnorm,
    .forward = forward,
    .backward = backward,
};
