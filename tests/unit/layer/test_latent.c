/* Layers that add to the loss or draw, one by one on `ref`: what is added by hand; the numbers that
 * gaussian draws are normal, an image's own in each epoch and layer, and the same on another call;
 * in evaluation nothing is drawn and nothing added. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/layer/layer.h"

#include <math.h>
#include <string.h>

enum { IMAGES = 3, VALUES_MAX = 4096 };

typedef struct fixture {
    const ls_layer_type *type;
    void *self, *saved;
    ls_layer_plan plan;
    int64_t samples[IMAGES];
    double penalties[IMAGES];
    ls_training training;
    ls_layer_run run;
} fixture;

static fixture *open_layer(const char *name, const double *values, ls_shape in)
{
    const ls_backend *ref;
    assert_int_equal(ls_backend_find(&ref, "ref", LS_ISA_PORTABLE), LS_OK);
    void *memory;
    assert_int_equal(ls_alloc(&memory, sizeof(fixture), "a test"), LS_OK);
    fixture *f = memory;
    f->type = ls_layer_type_find(name);
    assert_int_equal(ls_alloc(&f->self, f->type->bytes, "a test"), LS_OK);
    assert_int_equal(f->type->plan(f->self, values, ref, in, IMAGES, &f->plan), LS_OK);
    assert_int_equal(ls_alloc(&f->saved, f->plan.saved_bytes, "a test"), LS_OK);
    f->training = (ls_training){.seed = 5,
                                .epoch = 2,
                                .step = 1,
                                .samples = f->samples,
                                .images = IMAGES,
                                .penalties = f->penalties};
    for (int i = 0; i < IMAGES; i++) {
        f->samples[i] = 40 + i;
    }
    f->run = (ls_layer_run){.backend = ref, .index = 7, .n = IMAGES, .saved = f->saved};
    return f;
}

static void close_layer(fixture *f)
{
    ls_free(f->saved);
    ls_free(f->self);
    ls_free(f);
}

/* Penalties begin at 100: they are added to. */
static void train(fixture *f, const float *x, float *y)
{
    for (int i = 0; i < IMAGES; i++) {
        f->penalties[i] = 100;
    }
    f->run.training = &f->training;
    f->run.x = x;
    f->run.y = y;
    f->type->forward(f->self, &f->run);
}

static void evaluate(fixture *f, const float *x, float *y)
{
    f->run.training = NULL;
    f->run.x = x;
    f->run.y = y;
    f->type->forward(f->self, &f->run);
}

/* Two places of one mean and one logarithm of a variance. */
static const float latents[IMAGES * 4] = {1, 0, -2, 0, 0, 1, 0, -1, 3, 2, 0, 0};

static void divergence_is_added(void **state)
{
    (void)state;
    float y[IMAGES * 2];
    fixture *f = open_layer("gaussian", (const double[LS_LAYER_ARGS]){0.5, 4}, (ls_shape){1, 2, 2});
    assert_true(ls_shape_equal(f->plan.out, (ls_shape){1, 2, 1}));
    const double kl[IMAGES] = {0.5 * (1 + 4), 0.5 * (exp(1) - 2 + exp(-1)), 0.5 * (9 + exp(2) - 3)};
    for (int step = 1; step <= 6; step++) {
        f->training.step = step;
        train(f, latents, y);
        double weight = 0.5 * (step < 4 ? step / 4.0 : 1.0);
        for (int i = 0; i < IMAGES; i++) {
            assert_true(fabs(f->penalties[i] - 100 - weight * kl[i]) < 1e-12);
        }
    }
    close_layer(f);
}

static void evaluation_gives_the_mean(void **state)
{
    (void)state;
    float y[IMAGES * 2];
    fixture *f = open_layer("gaussian", (const double[LS_LAYER_ARGS]){1, 0}, (ls_shape){1, 2, 2});
    static const float want[IMAGES * 2] = {1, -2, 0, 0, 3, 0};
    evaluate(f, latents, y);
    assert_memory_equal(y, want, sizeof y);
    assert_true(f->penalties[0] == 0);
    close_layer(f);
}

/* Means 3 and deviations 2. */
static void draws_are_normal(void **state)
{
    (void)state;
    static float x[IMAGES * VALUES_MAX * 2];
    static float y[IMAGES * VALUES_MAX];
    const ls_shape in = {VALUES_MAX, 1, 2};
    fixture *f = open_layer("gaussian", (const double[LS_LAYER_ARGS]){1, 0}, in);
    double sums[4] = {0};
    const int count = IMAGES * VALUES_MAX;
    for (int i = 0; i < count; i++) {
        x[2 * i] = 3;
        x[2 * i + 1] = (float)log(4.0);
    }
    train(f, x, y);
    for (int i = 0; i < count; i++) {
        double eps = (y[i] - 3) / 2.0;
        double power = 1;
        for (int k = 0; k < 4; k++) {
            power *= eps;
            sums[k] += power / count;
        }
    }
    /* The moments of a normal number, within four standard deviations of their means. */
    const double want[4] = {0, 1, 0, 3};
    const double deviation[4] = {1, sqrt(2), sqrt(15), sqrt(96)};
    for (int k = 0; k < 4; k++) {
        assert_true(fabs(sums[k] - want[k]) < 4 * deviation[k] / sqrt(count));
    }
    close_layer(f);
}

static void draws_are_an_image_s_own(void **state)
{
    (void)state;
    float first[IMAGES * 2];
    float other[IMAGES * 2];
    fixture *f = open_layer("gaussian", (const double[LS_LAYER_ARGS]){1, 0}, (ls_shape){1, 2, 2});
    static const float x[IMAGES * 4]; /* standard normal */
    train(f, x, first);
    assert_true(first[0] != first[1] && first[0] != first[2]);
    f->training.step = 9; /* nothing is drawn by it */
    f->samples[0] = 41;   /* images 0 and 1 in each other's place */
    f->samples[1] = 40;
    train(f, x, other);
    assert_memory_equal(other, first + 2, 2 * sizeof(float));
    assert_memory_equal(other + 2, first, 2 * sizeof(float));
    assert_memory_equal(other + 4, first + 4, 2 * sizeof(float));
    f->training.epoch++;
    train(f, x, other);
    assert_true(other[0] != first[2]);
    f->training.epoch--;
    f->run.index++;
    train(f, x, other);
    assert_true(other[0] != first[2]);
    close_layer(f);
}

static void sizes_are_added(void **state)
{
    (void)state;
    static const float x[IMAGES * 4] = {1, -2, 0, 3, 0, 0, 0, 0, -4, -4, 4, 4};
    float y[IMAGES * 4];
    fixture *f = open_layer("sparse", (const double[LS_LAYER_ARGS]){0.5}, (ls_shape){2, 1, 2});
    train(f, x, y);
    assert_memory_equal(y, x, sizeof x);
    assert_true(f->penalties[0] == 100.75 && f->penalties[1] == 100 && f->penalties[2] == 102);
    float dy[IMAGES * 4] = {0};
    float dx[IMAGES * 4];
    f->run.dy = dy;
    f->run.dx = dx;
    f->type->backward(f->self, &f->run); /* 1/2 by 4 values and 3 images */
    assert_true(dx[0] == 0.5F / 12 && dx[1] == -0.5F / 12 && dx[2] == 0 && dx[8] == -0.5F / 12);
    f->penalties[0] = 0;
    evaluate(f, x, y);
    assert_memory_equal(y, x, sizeof x);
    assert_true(f->penalties[0] == 0);
    close_layer(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergence_is_added), cmocka_unit_test(evaluation_gives_the_mean),
        cmocka_unit_test(draws_are_normal),    cmocka_unit_test(draws_are_an_image_s_own),
        cmocka_unit_test(sizes_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
