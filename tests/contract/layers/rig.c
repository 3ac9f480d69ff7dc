/* The rig: planning, memory and numbers for one layer on one backend. */
#include "rig.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"
#include "model/resolve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* STREAM_W and those behind it: a parameter's each. */
enum { STREAM_X, STREAM_DY, STREAM_SKIP, STREAM_KEPT, STREAM_W, STREAM_STATE = 64 };

static void *take(size_t bytes)
{
    void *memory;
    assert_int_equal(ls_alloc(&memory, bytes, "a test"), LS_OK);
    return memory;
}

static float *take_floats(int64_t count)
{
    return take(sizeof(float) * (size_t)count);
}

/* Never near 0, so that no finite difference steps over a rectifier's kink. */
static void fill(float *a, int64_t count, uint32_t stream)
{
    const ls_random_key key = {.seed = 3, .purpose = LS_PURPOSE_TEST, .sample = stream};
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits = ls_random_bits(&key, (uint32_t)i);
        float size = (float)(128 + bits % 897) * 0x1p-10F;
        a[i] = bits >> 31 != 0 ? -size : size;
    }
}

/* All different by at least 1/4, and none nearer to 0 than 1/8. */
static void fill_spaced(float *a, int64_t count)
{
    ls_permutation p = ls_permutation_make(3, LS_PURPOSE_TEST, 0, (uint64_t)count);
    for (int64_t i = 0; i < count; i++) {
        int64_t place = (int64_t)ls_permutation_apply(&p, (uint64_t)i);
        a[i] = 0.25F * ((float)(place - count / 2) + 0.5F);
    }
}

ls_status ls_rig_plan(ls_rig *rig, const ls_layer_case *c, const ls_backend *backend, int n)
{
    *rig = (ls_rig){.backend = backend, .n = n};
    static ls_layer_list list;
    LS_TRY(ls_layer_list_parse("case", c->text, &list));
    LS_REQUIRE(list.count == 1, LS_INTERNAL, "%s: a case is one layer", c->text);
    double values[LS_LAYER_ARGS] = {0};
    LS_TRY(ls_layer_resolve(&list.items[0], &rig->type, values));
    rig->self = take(rig->type->bytes);
    rig->plan.skip = c->skip;
    rig->plan.skip_in = ls_shape_count(c->skip_in) > 0 ? c->skip_in : c->skip;
    rig->plan.skip_type = c->taken != NULL ? c->taken : "save";
    ls_status status = rig->type->plan(rig->self, values, backend, c->in, n, &rig->plan);
    if (status != LS_OK) {
        ls_free(rig->self);
        rig->self = NULL;
        return ls_error_pass(status, __FILE__, __LINE__);
    }
    rig->in_count = n * ls_shape_count(c->in);
    rig->out_count = n * ls_shape_count(rig->plan.out);
    rig->skip_count = rig->plan.takes_output ? n * ls_shape_count(c->skip) : 0;
    rig->kept_count = c->kept_below > 0 ? n * ls_shape_count(c->skip) : 0;
    return LS_OK;
}

float ls_rig_old_gradient(int64_t index)
{
    return 0.25F * (float)(index % 7 - 3);
}

static int64_t count_of(const ls_param_plan *plan)
{
    int64_t count = 1;
    for (int k = 0; k < plan->dim_count; k++) {
        count *= plan->dims[k];
    }
    return count;
}

static void open_params(ls_rig *rig)
{
    for (int i = 0; i < rig->plan.param_count; i++) {
        const ls_param_plan *param = &rig->plan.params[i];
        rig->w_count[i] = count_of(param);
        rig->w[i] = take_floats(rig->w_count[i]);
        rig->dw[i] = take_floats(rig->w_count[i]);
        fill(rig->w[i], rig->w_count[i], STREAM_W + (uint32_t)i);
        for (int64_t k = 0; k < rig->w_count[i]; k++) {
            rig->dw[i][k] = ls_rig_old_gradient(k);
        }
    }
}

static void open_skip(ls_rig *rig, const ls_layer_case *c)
{
    const ls_random_key key = {.seed = 3, .purpose = LS_PURPOSE_TEST, .sample = STREAM_KEPT};
    rig->kept = take((size_t)rig->kept_count);
    for (int64_t i = 0; i < rig->kept_count; i++) {
        rig->kept[i] = (uint8_t)(ls_random_bits(&key, (uint32_t)i) % (uint32_t)c->kept_below);
    }
    rig->skip = take_floats(rig->skip_count);
    rig->dskip = take_floats(rig->skip_count);
    fill(rig->skip, rig->skip_count, STREAM_SKIP);
    for (int64_t k = 0; k < rig->skip_count; k++) {
        rig->dskip[k] = ls_rig_old_gradient(k);
    }
}

static void open_training(ls_rig *rig)
{
    rig->training = (ls_training){.seed = 3,
                                  .epoch = 1,
                                  .step = 1,
                                  .samples = rig->samples,
                                  .images = rig->n,
                                  .penalties = rig->penalties};
    for (int i = 0; i < rig->n; i++) {
        rig->samples[i] = 10 + i;
    }
}

static void open_states(ls_rig *rig)
{
    for (int i = 0; i < rig->plan.state_count; i++) {
        int64_t count = count_of(&rig->plan.states[i]);
        rig->state_values[i] = count;
        rig->state[i] = take_floats(count);
        rig->dstate[i] = take_floats(count);
        fill(rig->state[i], count, STREAM_STATE);
        for (int64_t k = 0; k < count; k++) {
            rig->state[i][k] = fabsf(rig->state[i][k]);
        }
    }
}

void ls_rig_open(ls_rig *rig, const ls_layer_case *c, const ls_backend *backend, int n)
{
    if (ls_rig_plan(rig, c, backend, n) != LS_OK) {
        fail_msg("%s: %s", c->text, ls_error_message());
    }
    rig->saved = take(rig->plan.saved_bytes);
    rig->scratch = take(rig->plan.scratch_bytes);
    for (int i = 0; i < 2; i++) {
        rig->packed[i] = take(rig->plan.packed_bytes[i]);
    }
    rig->x = take_floats(rig->in_count);
    rig->dx = take_floats(rig->in_count);
    rig->y = take_floats(rig->out_count);
    rig->dy = take_floats(rig->out_count);
    if (c->spaced) {
        fill_spaced(rig->x, rig->in_count);
    } else {
        fill(rig->x, rig->in_count, STREAM_X);
    }
    fill(rig->dy, rig->out_count, STREAM_DY);
    for (int64_t i = 0; i < rig->in_count; i++) {
        rig->dx[i] = NAN;
    }
    open_params(rig);
    open_skip(rig, c);
    open_training(rig);
    open_states(rig);
}

void ls_rig_close(ls_rig *rig)
{
    for (int i = 0; i < rig->plan.param_count; i++) {
        ls_free(rig->w[i]);
        ls_free(rig->dw[i]);
    }
    for (int i = 0; i < rig->plan.state_count; i++) {
        ls_free(rig->state[i]);
        ls_free(rig->dstate[i]);
    }
    ls_free(rig->kept);
    ls_free(rig->dskip);
    ls_free(rig->skip);
    ls_free(rig->dy);
    ls_free(rig->y);
    ls_free(rig->dx);
    ls_free(rig->x);
    ls_free(rig->packed[1]);
    ls_free(rig->packed[0]);
    ls_free(rig->scratch);
    ls_free(rig->saved);
    ls_free(rig->self);
}

static ls_layer_run make_run(ls_rig *rig)
{
    return (ls_layer_run){.backend = rig->backend,
                          .training = &rig->training,
                          .n = rig->n,
                          .skip = rig->skip_count > 0 ? rig->skip : NULL,
                          .skip_kept = rig->kept_count > 0 ? rig->kept : NULL,
                          .state = (const float *const *)rig->state,
                          .w = (const float *const *)rig->w,
                          .dw = rig->dw,
                          .saved = rig->plan.saved_bytes > 0 ? rig->saved : NULL,
                          .scratch = rig->plan.scratch_bytes > 0 ? rig->scratch : NULL};
}

/* Weights may have changed since the last call. */
static void pack(ls_rig *rig, ls_layer_run *run, bool backward)
{
    if (rig->plan.packed_bytes[backward] > 0) {
        run->packed = rig->packed[backward];
        rig->type->pack(rig->self, run, backward);
    }
}

void ls_rig_forward_on(ls_rig *rig, const float *x, float *y)
{
    ls_layer_run run = make_run(rig);
    run.x = x;
    run.y = y;
    run.dstate = rig->dstate;
    memset(rig->penalties, 0, sizeof rig->penalties);
    pack(rig, &run, false);
    rig->type->forward(rig->self, &run);
}

void ls_rig_evaluate(ls_rig *rig)
{
    ls_layer_run run = make_run(rig);
    run.training = NULL;
    run.x = rig->x;
    run.y = rig->y;
    pack(rig, &run, false);
    rig->type->forward(rig->self, &run);
}

static void backward_alone(ls_rig *rig, const float *dy, float *dx)
{
    ls_layer_run run = make_run(rig);
    run.x = rig->plan.needs_x ? rig->x : NULL;
    run.y = rig->plan.needs_y ? rig->y : NULL;
    run.dy = dy;
    run.dx = dx;
    run.dskip = rig->skip_count > 0 ? rig->dskip : NULL;
    if (dx != NULL || run.dskip != NULL) { /* a projection's weights are read for either */
        pack(rig, &run, true);
    }
    rig->type->backward(rig->self, &run);
}

void ls_rig_backward_without_parts(ls_rig *rig)
{
    backward_alone(rig, rig->dy, rig->dx);
}

void ls_rig_backward_on(ls_rig *rig, const float *dy, float *dx)
{
    backward_alone(rig, dy, dx);
    for (int part = rig->plan.parts; part-- > 0;) {
        ls_rig_weigh(rig, part, dy);
    }
}

/* The parameters' gradients one after another, to `block` or back from it. Returns their number. */
static int64_t copy_gradients(ls_rig *rig, float *block, bool back)
{
    int64_t count = 0;
    for (int i = 0; i < rig->plan.param_count; i++) {
        size_t bytes = sizeof *block * (size_t)rig->w_count[i];
        if (block != NULL) {
            memcpy(back ? rig->dw[i] : block + count, back ? block + count : rig->dw[i], bytes);
        }
        count += rig->w_count[i];
    }
    return count;
}

void ls_rig_weigh(ls_rig *rig, int part, const float *dy)
{
    const ls_lane_rows rows = {.n = rig->n, .x = rig->x, .dy = dy};
    const ls_layer_lanes lanes = {.backend = rig->backend,
                                  .count = 1,
                                  .lane = &rows,
                                  .x_pitch = rig->in_count / rig->n,
                                  .dy_pitch = rig->out_count / rig->n};
    float *block = malloc((size_t)copy_gradients(rig, NULL, false) * sizeof *block);
    assert_non_null(block); /* the test's own: what a layer allocates is counted */
    copy_gradients(rig, block, false);
    rig->type->weigh(rig->self, &lanes, part,
                     &(ls_lane_sums){.g = block + part * rig->plan.part_values});
    copy_gradients(rig, block, true);
    free(block);
}

void ls_rig_forward(ls_rig *rig)
{
    ls_rig_forward_on(rig, rig->x, rig->y);
}

void ls_rig_backward(ls_rig *rig)
{
    ls_rig_backward_on(rig, rig->dy, rig->dx);
}

double ls_rig_largest(int64_t count, const float *a)
{
    double largest = 0.0;
    for (int64_t i = 0; i < count; i++) {
        double size = fabs((double)a[i]);
        largest = size > largest || isnan(size) ? size : largest;
    }
    return largest;
}

void ls_rig_assert_close(const char *what, const char *text, int64_t count, const float *a,
                         const float *b, double tolerance)
{
    double bound = tolerance * ls_rig_largest(count, b);
    for (int64_t i = 0; i < count; i++) {
        bool same = memcmp(&a[i], &b[i], sizeof a[i]) == 0;
        if (!same && !(fabs((double)a[i] - b[i]) <= bound && tolerance > 0.0)) {
            fail_msg("%s: %s[%lld] = %.9g, should be %.9g within %.3g", text, what, (long long)i,
                     a[i], b[i], bound);
        }
    }
}
