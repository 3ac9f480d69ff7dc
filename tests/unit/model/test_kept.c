/* Proves: gradients of layers that keep lanes, summed over all that one rank and others have kept,
 * part by part, are to the bit the sums of lanes that are made alone and rounded, whatever the
 * number of lanes and ranks, and whether a rank has none; a lane is judged by what its gradient is,
 * however large it could have been, and one that is out of range or not a number counts for
 * nothing.
 */
#include "small_model.h"

#include "lockstep/model/kept.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANE = 3, VALUES = LANE * 8 * 8 * 3, RANKS_MAX = 9 };

static const ls_shape shape = {8, 8, 3};
static const float limit = 0x1p19F;
static const ls_backend *cpu;

/* Its first dense layer has two parts, its second is no multiple of a vector and has none. */
static ls_model *make_model(void)
{
    ls_config config;
    ls_model *model = NULL;
    ls_small_config(&config, "train.lane=3");
    strcpy(config.model_encoder, "conv(2) dense(1024)");
    strcpy(config.model_decoder, "dense(12) dense(192) reshape(8,8,3)");
    assert_int_equal(ls_model_create(&model, &config, cpu, shape, LS_MODEL_TRAIN), LS_OK);
    ls_model_init(model, 1);
    assert_int_equal(ls_model_layer_at(model, 1)->plan.parts, 2);
    assert_int_equal(ls_model_layer_at(model, 2)->plan.parts, 0);
    assert_int_equal(ls_model_layer_at(model, 3)->plan.parts, 1);
    return model;
}

static void *take(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(memory);
    return memset(memory, 0, bytes);
}

/* Lane number `lane` of all has 3 images, or 2. */
static void forward_lane(ls_model *model, int lane, float *dy)
{
    static float x[VALUES];
    ls_small_fill(x, VALUES, 100 + (uint32_t)lane);
    ls_small_fill(dy, VALUES, 200 + (uint32_t)lane);
    ls_model_forward(model, LANE - lane % 2, x, NULL);
}

static void round_lane(ls_model *model, int64_t low, int64_t high, int64_t *totals)
{
    assert_true(
        cpu->fixed_add(high - low, limit, false, ls_model_gradients(model) + low, totals + low));
}

/* The totals of all lanes, each made alone. Owner: the caller. */
static int64_t *sum_apart(int lanes)
{
    float dy[VALUES];
    ls_model *model = make_model();
    int64_t count = ls_model_parameter_count(model);
    int64_t *totals = take((size_t)count * sizeof *totals);
    for (int lane = 0; lane < lanes; lane++) {
        forward_lane(model, lane, dy);
        ls_model_backward(model, dy, NULL);
        round_lane(model, 0, count, totals);
    }
    ls_model_destroy(model);
    return totals;
}

/* --- lanes together --------------------------------------------------------------------------- */

typedef struct together {
    ls_model *model;
    int lanes; /* of the rank at work */
    int64_t *totals;
} together;

static void take_slice(void *context, const ls_slice *slice)
{
    const together *t = context;
    round_lane(t->model, slice->low, slice->high, t->totals);
}

static void sum_kept(const together *t, int layer, int ranks, const void *const *kept)
{
    const ls_lane_sums to = {.exact = true, .total = t->totals};
    for (int part = 0; part < ls_model_layer_at(t->model, layer)->plan.parts; part++) {
        ls_model_weigh(t->model, layer, part, ranks, kept, &to);
    }
}

/* All but a rank's last lanes are summed when there is no room for more. */
static void take_kept(void *context, int layer, int lane)
{
    const together *t = context;
    const void *kept = ls_model_kept(t->model);
    assert_true(ls_model_judge_kept(t->model, layer, lane, limit));
    assert_int_equal(ls_model_lanes_before(t->model, layer, kept),
                     lane / LS_KEPT_LANES * LS_KEPT_LANES);
    if (lane % LS_KEPT_LANES == LS_KEPT_LANES - 1 && lane < t->lanes - 1) {
        sum_kept(t, layer, 1, &kept);
    }
}

static void run_lanes(together *t, int first, int lanes)
{
    float dy[VALUES];
    ls_lane_pass pass = {.hook = take_slice, .kept = take_kept, .context = t};
    t->lanes = lanes;
    ls_model_keep_nothing(t->model);
    for (; pass.lane < lanes; pass.lane++) {
        forward_lane(t->model, first + pass.lane, dy);
        ls_model_backward(t->model, dy, &pass);
    }
}

/* So many lanes of each of some ranks. */
static void check_together(int ranks, const int *lanes)
{
    together t = {.model = make_model()};
    size_t bytes = (size_t)ls_model_parameter_count(t.model) * sizeof *t.totals;
    void *kept[RANKS_MAX];
    int all = 0;
    t.totals = take(bytes);
    for (int r = 0; r < ranks; r++) {
        kept[r] = take(ls_model_kept_bytes(t.model));
        ls_model_place_kept(t.model, kept[r]);
        run_lanes(&t, all, lanes[r]);
        all += lanes[r];
    }
    for (int i = 0; i < ls_model_layer_count(t.model); i++) {
        sum_kept(&t, i, ranks, (const void *const *)kept);
    }
    int64_t *apart = sum_apart(all);
    assert_memory_equal(t.totals, apart, bytes);
    for (int r = 0; r < ranks; r++) {
        free(kept[r]);
    }
    free(apart);
    free(t.totals);
    ls_model_destroy(t.model);
}

static void lanes_together_are_lanes_apart(void **state)
{
    (void)state;
    check_together(1, (const int[]){1});
    check_together(1, (const int[]){16});
    check_together(1, (const int[]){35});
    check_together(2, (const int[]){4, 3});
    check_together(3, (const int[]){0, 17, 16});
    check_together(RANKS_MAX, /* more than go at once */
                   (const int[]){16, 16, 16, 16, 16, 16, 16, 16, 17});
}

/* As float32: alone, of several lanes at once, and added to what is there. */
static void floats_are_sums_too(void **state)
{
    (void)state;
    float dy[VALUES];
    ls_model *model = make_model();
    int64_t low = ls_model_layer_at(model, 1)->low;
    size_t bytes = (size_t)(ls_model_layer_at(model, 1)->high - low) * sizeof(float);
    forward_lane(model, 0, dy);
    ls_model_backward(model, dy, NULL);
    float *sums = take((size_t)ls_model_parameter_count(model) * sizeof *sums);
    const void *kept[2] = {ls_model_kept(model), ls_model_kept(model)};
    sums[low] = 1.0F;
    for (int part = 0; part < 2; part++) {
        ls_model_weigh(model, 1, part, 2, kept, &(ls_lane_sums){.g = sums});
    }
    const float *once = ls_model_gradients(model) + low;
    assert_float_equal(sums[low], 1.0F + 2 * once[0], 1e-5);
    for (size_t i = 1; i < bytes / sizeof *sums; i++) {
        assert_float_equal(sums[(size_t)low + i], 2 * once[i], 1e-5);
    }
    free(sums);
    ls_model_destroy(model);
}

/* --- lanes that are judged -------------------------------------------------------------------- */

typedef struct judged {
    ls_model *model;
    float limit;
    bool within[2]; /* of layers 1 and 3 */
} judged;

static void judge(void *context, int layer, int lane)
{
    judged *j = context;
    j->within[layer / 2] = ls_model_judge_kept(j->model, layer, lane, j->limit);
}

/* Layer 1's gradients, all lanes of it that count. */
static void read_layer(const ls_model *model, float *sums)
{
    const void *kept = ls_model_kept(model);
    const ls_lane_sums to = {
        .exact = true, .first = true, .g = sums - ls_model_layer_at(model, 1)->low};
    ls_model_weigh(model, 1, 0, 1, &kept, &to);
    ls_model_weigh(model, 1, 1, 1, &kept, &to);
}

static void lanes_are_judged_by_their_gradients(void **state)
{
    (void)state;
    float dy[VALUES];
    judged j = {.model = make_model(), .limit = limit};
    const ls_lane_pass pass = {.kept = judge, .context = &j};
    const ls_model_layer *layer = ls_model_layer_at(j.model, 1);
    size_t count = (size_t)(layer->high - layer->low);
    float *before = take(count * sizeof *before);
    float *after = take(count * sizeof *after);
    float most = 0;
    forward_lane(j.model, 0, dy);
    ls_model_backward(j.model, dy, &pass);
    assert_true(j.within[0] && j.within[1]);
    read_layer(j.model, before);
    for (size_t i = 0; i < count; i++) {
        most = fmaxf(most, fabsf(before[i]));
        assert_true(ls_model_gradients(j.model)[(size_t)layer->low + i] == 0.0F);
    }
    for (int outside = 0; outside < 2; outside++) {
        j.limit = outside ? most * 0.999F : most * 1.001F; /* below what it could have been */
        forward_lane(j.model, 0, dy);
        ls_model_backward(j.model, dy, &pass);
        assert_int_equal(j.within[0], !outside);
        read_layer(j.model, after);
        for (size_t i = 0; i < count; i++) {
            assert_true(after[i] == (outside ? 0.0F : before[i]));
            assert_true(ls_model_gradients(j.model)[(size_t)layer->low + i] == 0.0F);
        }
    }
    free(before);
    free(after);
    ls_model_destroy(j.model);
}

static void bad_numbers_count_for_nothing(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY, -0x1p120F};
    float dy[VALUES];
    judged j = {.model = make_model(), .limit = limit};
    const ls_lane_pass pass = {.kept = judge, .context = &j};
    const ls_model_layer *layer = ls_model_layer_at(j.model, 1);
    size_t count = (size_t)(layer->high - layer->low);
    float *sums = take(count * sizeof *sums);
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
        forward_lane(j.model, 0, dy);
        dy[VALUES / 2] = bad[b];
        ls_model_backward(j.model, dy, &pass);
        assert_false(j.within[0]);
        assert_false(j.within[1]);
        read_layer(j.model, sums);
        for (size_t i = 0; i < count; i++) {
            assert_true(sums[i] == 0.0F);
        }
        memset(ls_model_gradients(j.model), 0,
               (size_t)ls_model_parameter_count(j.model) * sizeof(float));
    }
    free(sums);
    ls_model_destroy(j.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_together_are_lanes_apart),
        cmocka_unit_test(floats_are_sums_too),
        cmocka_unit_test(lanes_are_judged_by_their_gradients),
        cmocka_unit_test(bad_numbers_count_for_nothing),
    };
    assert_int_equal(ls_backend_find(&cpu, "cpu", ls_isa_detect()), LS_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
