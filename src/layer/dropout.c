/* dropout(rate=0.5, mode=element): in training a value is 0 with probability `rate`, else divided
 * by 1 - rate, so that its expectation stays; in evaluation nothing changes (Srivastava et al.
 * 2014). mode=channel drops whole channels of an image (Tompson et al., CVPR 2015, section 3.2).
 * Which ones is a function of the seed, the layer, the epoch and the image's number alone. */
#include "copy.h"

#include "lockstep/base/random.h"
#include "lockstep/layer/layer.h"

/* Where the arguments' values stand, and the words of `mode`, in the order of the tables below. */
enum { RATE, MODE };
enum { ELEMENT, CHANNEL };

static const char *const modes[] = {[ELEMENT] = "element", [CHANNEL] = "channel", NULL};

static const ls_arg_spec args[] = {
    {.name = "rate", .fallback = "0.5", .low = 0, .high = 1},
    {.name = "mode", .fallback = "element", .words = modes, .role = LS_ARG_CHOICE},
    {0}};

typedef struct dropout {
    int64_t count; /* values of an image */
    int64_t drawn; /* of which so many are drawn: one for each value, or for each channel */
    uint32_t limit;
    float scale;
} dropout;

static ls_status plan_dropout(void *self, const double *values, const ls_backend *backend,
                              ls_shape in, int lane, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, "dropout", draw);
    LS_LAYER_NEEDS(backend, "dropout", mask);
    LS_REQUIRE(values[RATE] < 1.0, LS_BAD_INPUT, "rate %g must be below 1: nothing would be left",
               values[RATE]);
    dropout *s = self;
    s->count = ls_shape_count(in);
    s->drawn = values[MODE] == CHANNEL ? in.c : s->count;
    s->limit = (uint32_t)(values[RATE] * 0x1p32);
    s->scale = (float)(1.0 / (1.0 - values[RATE]));
    plan->out = in;
    plan->saved_bytes = (size_t)lane * (size_t)s->drawn; /* keep: [N, drawn] */
    plan->flops = (double)s->count;
    plan->in_place = true;
    return LS_OK;
}

/* to = from * keep * scale, image by image; in evaluation, to = from. */
static void mask(const dropout *s, const ls_layer_run *run, const float *from, float *to)
{
    if (run->training == NULL) {
        ls_layer_copy(run->n * s->count, from, to);
        return;
    }
    const uint8_t *keep = run->saved;
    for (int i = 0; i < run->n; i++) {
        run->backend->mask(s->count / s->drawn, s->drawn, keep + i * s->drawn, s->scale,
                           from + i * s->count, to + i * s->count);
    }
}

static void draw(const dropout *s, const ls_layer_run *run)
{
    uint8_t *keep = run->saved;
    for (int i = 0; i < run->n; i++) {
        const ls_random_key key = {.seed = run->training->seed,
                                   .purpose = LS_PURPOSE_DROPOUT,
                                   .layer = (uint32_t)run->index,
                                   .epoch = (uint32_t)run->training->epoch,
                                   .sample = (uint32_t)run->training->samples[i]};
        run->backend->draw(&key, s->limit, s->drawn, keep + i * s->drawn);
    }
}

static void forward(const void *self, const ls_layer_run *run)
{
    const dropout *s = self;
    if (run->training != NULL) {
        draw(s, run);
    }
    mask(s, run, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    if (run->dx != NULL) {
        mask(self, run, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_dropout = {
    .name = "dropout",
    .help = "values (or mode=channel) left out in training: dropout(rate=0.5, mode=element)",
    .bytes = sizeof(dropout),
    .args = args,
    .plan = plan_dropout,
    .forward = forward,
    .backward = backward,
};
