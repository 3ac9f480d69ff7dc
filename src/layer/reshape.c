/* reshape(H, W, C): the same values in the same order under another shape. In place it costs
 * nothing. */
#include "sizes.h"

#include "lockstep/layer/layer.h"

#include <string.h>

typedef struct reshape {
    size_t bytes; /* of one image */
} reshape;

static const ls_arg_spec args[] = {{.name = "H", .low = 1, .high = 16777216, .integer = true},
                                   {.name = "W", .low = 1, .high = 16777216, .integer = true},
                                   {.name = "C", .low = 1, .high = 16777216, .integer = true},
                                   {0}};

static ls_status plan_reshape(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)backend;
    (void)lane;
    reshape *s = self;
    LS_TRY(
        ls_layer_set_output(plan, in, (int64_t)values[0], (int64_t)values[1], (int64_t)values[2]));
    char text[LS_SHAPE_CHARS];
    LS_REQUIRE(ls_shape_count(plan->out) == ls_shape_count(in), LS_BAD_INPUT,
               "input %s has %lld values, the new shape %dx%dx%d has %lld", ls_shape_text(in, text),
               (long long)ls_shape_count(in), plan->out.h, plan->out.w, plan->out.c,
               (long long)ls_shape_count(plan->out));
    s->bytes = sizeof(float) * (size_t)ls_shape_count(in);
    plan->in_place = true;
    return LS_OK;
}

static void forward(const void *self, const ls_layer_run *run)
{
    const reshape *s = self;
    if (run->y != run->x) {
        memcpy(run->y, run->x, s->bytes * (size_t)run->n);
    }
}

static void backward(const void *self, const ls_layer_run *run)
{
    const reshape *s = self;
    if (run->dx != NULL && run->dx != run->dy) {
        memcpy(run->dx, run->dy, s->bytes * (size_t)run->n);
    }
}

const ls_layer_type ls_layer_reshape = {
    .name = "reshape",
    .help = "the same values under another shape: reshape(H, W, C)",
    .bytes = sizeof(reshape),
    .args = args,
    .plan = plan_reshape,
    .forward = forward,
    .backward = backward,
};
