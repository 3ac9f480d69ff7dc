/* concat(name): the channels of its input and then those of what was saved under that name, place
 * by place (Ronneberger et al., MICCAI 2015). */
#include "sizes.h"

#include "lockstep/layer/layer.h"

#include <string.h>

typedef struct concat {
    int64_t places;  /* of an image */
    int own, others; /* channels */
} concat;

static const ls_arg_spec args[] = {{.name = "name", .role = LS_ARG_TAKES}, {0}};

static ls_status plan_concat(void *self, const double *values, const ls_backend *backend,
                             ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)values;
    (void)backend;
    (void)lane;
    concat *s = self;
    const ls_shape skip = plan->skip;
    LS_REQUIRE(skip.h == in.h && skip.w == in.w, LS_BAD_INPUT,
               "what was saved is %dx%d, the input %dx%d: both must have one size", skip.h, skip.w,
               in.h, in.w);
    *s = (concat){.places = (int64_t)in.h * in.w, .own = in.c, .others = skip.c};
    plan->takes_output = true;
    return ls_layer_set_output(plan, in, in.h, in.w, (int64_t)in.c + skip.c);
}

static void forward(const void *self, const ls_layer_run *run)
{
    const concat *s = self;
    const float *x = run->x;
    const float *skip = run->skip;
    float *y = run->y;
    for (int64_t i = 0; i < run->n * s->places; i++) {
        memcpy(y, x, sizeof *y * (size_t)s->own);
        memcpy(y + s->own, skip, sizeof *y * (size_t)s->others);
        x += s->own;
        skip += s->others;
        y += s->own + s->others;
    }
}

static void backward(const void *self, const ls_layer_run *run)
{
    const concat *s = self;
    const float *dy = run->dy;
    for (int64_t i = 0; i < run->n * s->places; i++, dy += s->own + s->others) {
        if (run->dx != NULL) {
            memcpy(run->dx + i * s->own, dy, sizeof *dy * (size_t)s->own);
        }
        for (int k = 0; k < s->others; k++) {
            run->dskip[i * s->others + k] += dy[s->own + k];
        }
    }
}

const ls_layer_type ls_layer_concat = {
    .name = "concat",
    .help = "its channels and those of what was saved: concat(name)",
    .bytes = sizeof(concat),
    .args = args,
    .plan = plan_concat,
    .forward = forward,
    .backward = backward,
};
