/* attention(heads=1): self-attention over the H W places of an image, as a residual branch: y = x +
 * proj(softmax(q k^T / sqrt(d)) v), with q, k and v weighted sums of a place's C channels, and d =
 * C / heads (Vaswani et al., NeurIPS 2017, section 3.2). It sees what is where by the channels
 * alone: nothing is added that tells places apart. */
#include "linear.h"
#include "room.h"
#include "sizes.h"

#include <math.h>

static const ls_arg_spec args[] = {
    {.name = "heads", .fallback = "1", .low = 1, .high = 65536, .integer = true}, {0}};

typedef struct attention {
    int places, c, heads, width;   /* T = H W; width = d */
    float scale;                   /* 1 / sqrt(d) */
    ls_linear in, out;             /* C to q, k, v; C to C */
    size_t qkv, weights, mixed;    /* in saved: [n,T,3C], [n,heads,T,T], [n,T,C] */
    size_t dqkv, dweights, dmixed; /* in scratch: [n,T,3C], [T,T], [n,T,C] */
} attention;

static void plan_memory(attention *s, int lane, ls_layer_plan *plan)
{
    int64_t values = (int64_t)lane * s->places * s->c;
    int64_t square = (int64_t)s->places * s->places;
    s->qkv = ls_room_floats(&plan->saved_bytes, 3 * values);
    s->weights = ls_room_floats(&plan->saved_bytes, lane * s->heads * square);
    s->mixed = ls_room_floats(&plan->saved_bytes, values);
    s->dqkv = ls_room_floats(&plan->scratch_bytes, 3 * values);
    s->dweights = ls_room_floats(&plan->scratch_bytes, square);
    s->dmixed = ls_room_floats(&plan->scratch_bytes, values);
}

static ls_status plan_products(attention *s, const ls_backend *backend, ls_layer_plan *plan)
{
    LS_TRY(ls_linear_plan(&s->in, "attention", backend, "qkv_weight", "qkv_bias", s->c, 3 * s->c,
                          plan));
    plan->params[s->in.param].fan_out = s->c; /* three weights side by side */
    LS_TRY(ls_linear_plan(&s->out, "attention", backend, "proj_weight", "proj_bias", s->c, s->c,
                          plan));
    plan->flops = 8.0 * s->places * s->c * s->c + 4.0 * s->places * s->places * (double)s->c;
    return LS_OK;
}

static ls_status plan_attention(void *self, const double *values, const ls_backend *backend,
                                ls_shape in, int lane, ls_layer_plan *plan)
{
    attention *s = self;
    LS_LAYER_NEEDS(backend, "attention", softmax_forward);
    LS_LAYER_NEEDS(backend, "attention", softmax_backward);
    LS_LAYER_NEEDS(backend, "attention", add);
    int heads = (int)values[0];
    LS_REQUIRE(in.c % heads == 0, LS_BAD_INPUT,
               "%d channels can't be cut into %d heads of one size", in.c, heads);
    LS_REQUIRE(in.c <= LS_SIDE_MAX / 3, LS_BAD_INPUT, "%d channels are more than %d", in.c,
               LS_SIDE_MAX / 3);
    *s = (attention){.places = in.h * in.w, .c = in.c, .heads = heads, .width = in.c / heads};
    s->scale = (float)(1.0 / sqrt((double)s->width));
    LS_TRY(ls_layer_check_count("table of weights between places", 3,
                                (int[]){heads, s->places, s->places}));
    LS_TRY(ls_layer_check_count("list of a lane's places", 2, (int[]){lane, s->places}));
    plan->out = in;
    LS_TRY(plan_products(s, backend, plan));
    plan_memory(s, lane, plan);
    plan->needs_x = true;
    return LS_OK;
}

/* One head of one image. q, k, v, mixed: of its first place, rows 3C or C apart. */
typedef struct head {
    const float *q, *k, *v;
    float *dq, *dk, *dv;
    float *weights; /* [T,T] */
    float *mixed;   /* [T,d]; in backward its gradient */
} head;

/* Head number `index` of all images; mixed: [n,T,C], or its gradient. */
static head find_head(const attention *s, const ls_layer_run *run, int64_t index, float *mixed)
{
    int64_t first = index / s->heads * s->places; /* the image's first place */
    int64_t channel = index % s->heads * s->width;
    int64_t at = first * 3 * s->c + channel;
    float *qkv = ls_room_at(run->saved, s->qkv);
    float *dqkv = ls_room_at(run->scratch, s->dqkv);
    float *weights = ls_room_at(run->saved, s->weights);
    return (head){.q = qkv + at,
                  .k = qkv + at + s->c,
                  .v = qkv + at + 2 * s->c,
                  .dq = dqkv + at,
                  .dk = dqkv + at + s->c,
                  .dv = dqkv + at + 2 * s->c,
                  .weights = weights + index * s->places * s->places,
                  .mixed = mixed + first * s->c + channel};
}

/* [T,d] times [d,T], of rows 3C or C apart. */
static ls_matmul places_by_places(const attention *s, int a_row, float scale)
{
    return (ls_matmul){.m = s->places,
                       .n = s->places,
                       .k = s->width,
                       .a_row = a_row,
                       .b_row = 3 * s->c,
                       .z_row = s->places,
                       .b_turned = true,
                       .scale = scale};
}

/* [T,T] times [T,d]. */
static ls_matmul over_places(const attention *s, bool turned, int b_row, int z_row, float scale)
{
    return (ls_matmul){.m = s->places,
                       .n = s->width,
                       .k = s->places,
                       .a_row = s->places,
                       .b_row = b_row,
                       .z_row = z_row,
                       .a_turned = turned,
                       .scale = scale};
}

static void head_forward(const attention *s, const ls_backend *backend, const head *a)
{
    const ls_matmul scores = places_by_places(s, 3 * s->c, s->scale);
    const ls_matmul mix = over_places(s, false, 3 * s->c, s->c, 1.0F);
    backend->matmul(&scores, a->q, a->k, a->weights);
    backend->softmax_forward(s->places, s->places, a->weights, a->weights);
    backend->matmul(&mix, a->weights, a->v, a->mixed);
}

/* mixed: its gradient. */
static void head_backward(const attention *s, const ls_backend *backend, const head *a,
                          float *dweights)
{
    const ls_matmul to_v = over_places(s, true, s->c, 3 * s->c, 1.0F);
    const ls_matmul to_weights = places_by_places(s, s->c, 1.0F);
    const ls_matmul to_q = over_places(s, false, 3 * s->c, 3 * s->c, s->scale);
    const ls_matmul to_k = over_places(s, true, 3 * s->c, 3 * s->c, s->scale);
    backend->matmul(&to_v, a->weights, a->mixed, a->dv);
    backend->matmul(&to_weights, a->mixed, a->v, dweights);
    backend->softmax_backward(s->places, s->places, a->weights, dweights, dweights);
    backend->matmul(&to_q, dweights, a->k, a->dq);
    backend->matmul(&to_k, dweights, a->q, a->dk);
}

static void forward(const void *self, const ls_layer_run *run)
{
    const attention *s = self;
    float *mixed = ls_room_at(run->saved, s->mixed);
    int rows = run->n * s->places;
    ls_linear_forward(&s->in, run, rows, run->x, ls_room_at(run->saved, s->qkv));
    for (int i = 0; i < run->n * s->heads; i++) {
        head a = find_head(s, run, i, mixed);
        head_forward(s, run->backend, &a);
    }
    ls_linear_forward(&s->out, run, rows, mixed, run->y);
    run->backend->add((int64_t)rows * s->c, run->x, run->y);
}

static void backward(const void *self, const ls_layer_run *run)
{
    const attention *s = self;
    float *dmixed = ls_room_at(run->scratch, s->dmixed);
    int rows = run->n * s->places;
    ls_linear_backward(&s->out, run, rows, ls_room_at(run->saved, s->mixed), run->dy, dmixed);
    for (int i = 0; i < run->n * s->heads; i++) {
        head a = find_head(s, run, i, dmixed);
        head_backward(s, run->backend, &a, ls_room_at(run->scratch, s->dweights));
    }
    ls_linear_backward(&s->in, run, rows, run->x, ls_room_at(run->scratch, s->dqkv), run->dx);
    if (run->dx != NULL) {
        run->backend->add((int64_t)rows * s->c, run->dy, run->dx);
    }
}

const ls_layer_type ls_layer_attention = {
    .name = "attention",
    .help = "its input plus self-attention over its places: attention(heads=1)",
    .bytes = sizeof(attention),
    .args = args,
    .plan = plan_attention,
    .forward = forward,
    .backward = backward,
};
