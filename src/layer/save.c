/* save(name): the layer's input under a name, for an add, a concat or another layer behind it that
 * takes it. What those send back is added to its gradient by the model. */
#include "copy.h"

#include "lockstep/layer/layer.h"

typedef struct save {
    int64_t count; /* values of an image */
} save;

static const ls_arg_spec args[] = {{.name = "name", .role = LS_ARG_NAMES}, {0}};

static ls_status plan_save(void *self, const double *values, const ls_backend *backend, ls_shape in,
                           int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)lane;
    LS_LAYER_NEEDS(backend, "save", add);
    save *s = self;
    s->count = ls_shape_count(in);
    plan->out = in;
    plan->in_place = true;
    return LS_OK;
}

static void forward(const void *self, const ls_layer_run *run)
{
    const save *s = self;
    ls_layer_copy(run->n * s->count, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const save *s = self;
    if (run->dx != NULL) {
        ls_layer_copy(run->n * s->count, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_save = {
    .name = "save",
    .help = "its input, under a name: save(name)",
    .bytes = sizeof(save),
    .args = args,
    .plan = plan_save,
    .forward = forward,
    .backward = backward,
};
