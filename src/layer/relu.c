/* relu: x where x > 0, else 0 (Nair and Hinton 2010). This file is the template for new layer
 * types: copy it, then go through the steps. The contract stands in lockstep/layer/layer.h, and
 * docs/adding-a-layer.md goes the whole way once.
 *
 * 1. The private struct holds what forward and backward must know: sizes and settings, never
 *    memory. The model allocates it (`bytes` in the table at the end), zeroed.
 * 2. The arguments: a table of names, fallbacks and ranges, ended by {0}. relu has none, so its
 *    type leaves `args` NULL; leaky_relu.c shows a number, conv.c numbers and a word.
 * 3. `plan` sees sizes only. It fails with a message about the shape or value ("input 7x7 is not
 *    divisible by 2": the model adds which layer) and fills the plan: the output's shape, the
 *    parameters, how many bytes it wants kept from forward to backward and free within a call.
 * 4. `forward` reads x and writes y; `backward` reads dy and writes dx. They allocate nothing and
 *    cannot fail, and work on n <= lane images. In backward, parameters accumulate (dw +=),
 *    activations are assigned (dx =), and dx is NULL when nobody wants it.
 * 5. The type at the end of the file, one line in src/layer/list.h, the file in
 *    src/layer/CMakeLists.txt, one table of shapes in tests/contract/layers/cases.c: done.
 */
#include "lockstep/layer/layer.h"

/* Step 1. */
typedef struct relu {
    int64_t count; /* values of an image */
} relu;

/* Step 3. The unused arguments are for layers with settings (`values`, as in the table of step 2)
 * and for those whose memory grows with the number of images (`lane`, the most in one call). */
static ls_status plan_relu(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    relu *s = self;
    /* An operation that the backend lacks is reported here, before anything runs. */
    LS_LAYER_NEEDS(backend, "relu", unary_forward);
    LS_LAYER_NEEDS(backend, "relu", unary_backward);
    s->count = ls_shape_count(in);
    plan->out = in;
    plan->flops = (double)s->count;
    plan->needs_y = true;      /* backward asks where y > 0: the model keeps y until then */
    plan->work = LS_WORK_RELU; /* a layer before it may do this in its own pass */
    plan->in_place = true;     /* forward may be given y == x, and backward dx == dy */
    return LS_OK;
}

/* Step 4. x, y: [n,H,W,C]. */
static void forward(const void *self, const ls_layer_run *run)
{
    const relu *s = self;
    run->backend->unary_forward(LS_RELU, 0.0F, run->n * s->count, run->x, run->y);
}

/* y, dy, dx: [n,H,W,C]. */
static void backward(const void *self, const ls_layer_run *run)
{
    const relu *s = self;
    if (run->dx != NULL) {
        run->backend->unary_backward(LS_RELU, 0.0F, run->n * s->count, run->y, run->dy, run->dx);
    }
}

/* Step 5. */
const ls_layer_type ls_layer_relu = {
    .name = "relu",
    .help = "x where positive, else 0",
    .bytes = sizeof(relu),
    .plan = plan_relu,
    .forward = forward,
    .backward = backward,
};
