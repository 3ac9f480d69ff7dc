/* prelu: x where x > 0, else a[c] x, with a slope for each channel that is trained, from 0.25 on
 * (He, Zhang, Ren and Sun, ICCV 2015, section 2.1). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

typedef struct prelu {
    int64_t places; /* of an image */
    int c;
} prelu;

static ls_status plan_prelu(void *self, const double *values, const ls_backend *backend,
                            ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    LS_LAYER_NEEDS(backend, "prelu", prelu_forward);
    LS_LAYER_NEEDS(backend, "prelu", prelu_dx);
    LS_LAYER_NEEDS(backend, "prelu", prelu_dslope);
    prelu *s = self;
    *s = (prelu){.places = (int64_t)in.h * in.w, .c = in.c};
    plan->params[plan->param_count++] = (ls_param_plan){
        .name = "slope", .dim_count = 1, .dims = {in.c}, .init = LS_INIT_VALUE, .value = 0.25};
    plan->out = in;
    plan->flops = (double)ls_shape_count(in);
    plan->needs_x = true;
    plan->in_place = true;
    return LS_OK;
}

/* w[0]: [C]. */
static void forward(const void *self, const ls_layer_run *run)
{
    const prelu *s = self;
    run->backend->prelu_forward(run->n * s->places, s->c, run->w[0], run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const prelu *s = self;
    run->backend->prelu_dslope(run->n * s->places, s->c, run->x, run->dy, run->dw[0]);
    if (run->dx != NULL) { /* maybe over dy */
        run->backend->prelu_dx(run->n * s->places, s->c, run->w[0], run->x, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_prelu = {
    .name = "prelu",
    .help = "x where positive, else a trained slope of the channel times x",
    .bytes = sizeof(prelu),
    .plan = plan_prelu,
    .forward = forward,
    .backward = backward,
};
