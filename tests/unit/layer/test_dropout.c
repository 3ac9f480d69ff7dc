/* Proves of dropout, on `ref` and `cpu`: about `rate` of the values are 0 and the others divided by
 * 1 - rate; the mask is another one for another epoch, image, layer and seed, the same when drawn
 * again, in another place of the lane and on both backends, and backward has it too; channels are
 * dropped whole; in evaluation nothing changes. */
#include "unit/cmocka_all.h"

#include "lockstep/backend/backend.h"
#include "lockstep/base/memory.h"
#include "lockstep/layer/layer.h"

#include <math.h>
#include <string.h>

enum { IMAGES = 2, PLACES = 16 * 16, CHANNELS = 40, COUNT = PLACES * CHANNELS };

static const ls_shape shape = {16, 16, CHANNELS};
static const int64_t samples[IMAGES] = {12, 49999};
static float ones[IMAGES * COUNT];

static const ls_backend *find(const char *name)
{
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, name, LS_ISA_PORTABLE), LS_OK);
    return backend;
}

typedef struct fixture {
    const ls_layer_type *type;
    void *self, *saved;
    ls_training training;
    ls_layer_run run;
} fixture;

static void open_layer(fixture *f, const ls_backend *backend, double rate, double mode)
{
    const double values[LS_LAYER_ARGS] = {rate, mode};
    ls_layer_plan plan = {0};
    f->type = ls_layer_type_find("dropout");
    assert_non_null(f->type);
    assert_int_equal(ls_alloc(&f->self, f->type->bytes, "a test"), LS_OK);
    assert_int_equal(f->type->plan(f->self, values, backend, shape, IMAGES, &plan), LS_OK);
    assert_int_equal(ls_alloc(&f->saved, plan.saved_bytes, "a test"), LS_OK);
    f->training = (ls_training){.seed = 5, .epoch = 3, .step = 9, .samples = samples, .images = 64};
    f->run = (ls_layer_run){.backend = backend,
                            .training = &f->training,
                            .index = 4,
                            .n = IMAGES,
                            .x = ones,
                            .saved = f->saved};
    for (int i = 0; i < IMAGES * COUNT; i++) {
        ones[i] = 1.0F;
    }
}

static void close_layer(fixture *f)
{
    ls_free(f->saved);
    ls_free(f->self);
}

static void forward(fixture *f, float *y)
{
    f->run.y = y;
    f->type->forward(f->self, &f->run);
}

/* Of COUNT values; every other must be `scale`. */
static double zeros_of(const float *y, float scale)
{
    int zeros = 0;
    for (int i = 0; i < COUNT; i++) {
        assert_true(y[i] == 0.0F || y[i] == scale);
        zeros += y[i] == 0.0F;
    }
    return (double)zeros / COUNT;
}

/* Four standard deviations of a fraction of COUNT draws. */
static void expect_rate(const float *y, double rate)
{
    double found = zeros_of(y, (float)(1.0 / (1.0 - rate)));
    assert_true(fabs(found - rate) <= 4.0 * sqrt(rate * (1.0 - rate) / COUNT));
}

/* Two masks of one rate that have nothing to do with one another agree in the fraction
 * rate^2 + (1 - rate)^2 of their places. */
static void expect_unrelated(const float *a, const float *b, double rate)
{
    int agree = 0;
    for (int i = 0; i < COUNT; i++) {
        agree += a[i] == b[i];
    }
    double right = rate * rate + (1.0 - rate) * (1.0 - rate);
    assert_true(fabs((double)agree / COUNT - right) <= 4.0 * sqrt(right * (1.0 - right) / COUNT));
}

static void check_elements(const ls_backend *backend)
{
    static float first[IMAGES * COUNT];
    static float other[IMAGES * COUNT];
    const double rate = 0.3;
    fixture f;
    open_layer(&f, backend, rate, 0.0);
    forward(&f, first);
    expect_rate(first, rate);
    expect_rate(first + COUNT, rate);
    expect_unrelated(first, first + COUNT, rate);
    forward(&f, other);
    assert_memory_equal(first, other, sizeof first);
    f.training.step = 10;
    f.training.images = 7;
    forward(&f, other);
    assert_memory_equal(first, other, sizeof first);
    f.training.epoch = 4;
    forward(&f, other);
    expect_unrelated(first, other, rate);
    f.training.epoch = 3;
    f.run.index = 5;
    forward(&f, other);
    expect_unrelated(first, other, rate);
    f.run.index = 4;
    f.training.seed = 6;
    forward(&f, other);
    expect_unrelated(first, other, rate);
    close_layer(&f);
}

static void elements_are_dropped(void **state)
{
    (void)state;
    check_elements(find("ref"));
    check_elements(find("cpu"));
}

static void backends_and_places_agree(void **state)
{
    (void)state;
    static float y[3][IMAGES * COUNT];
    static const char *const names[2] = {"ref", "cpu"};
    static const int64_t swapped[IMAGES] = {49999, 12};
    fixture f;
    for (int i = 0; i < 2; i++) {
        open_layer(&f, find(names[i]), 0.5, 0.0);
        forward(&f, y[i]);
        f.training.samples = swapped;
        forward(&f, y[2]);
        assert_memory_equal(y[2], y[i] + COUNT, sizeof(float) * COUNT);
        assert_memory_equal(y[2] + COUNT, y[i], sizeof(float) * COUNT);
        close_layer(&f);
    }
    assert_memory_equal(y[0], y[1], sizeof y[0]);
}

static void backward_has_the_mask(void **state)
{
    (void)state;
    static float y[IMAGES * COUNT];
    static float dx[IMAGES * COUNT];
    fixture f;
    open_layer(&f, find("cpu"), 0.5, 0.0);
    forward(&f, y);
    f.run.x = NULL;
    f.run.y = NULL;
    f.run.dy = ones;
    f.run.dx = dx;
    f.type->backward(f.self, &f.run);
    assert_memory_equal(y, dx, sizeof y);
    close_layer(&f);
}

/* Of 2 x 40 channels some are dropped and some are not, each of them whole. */
static void channels_are_dropped_whole(void **state)
{
    (void)state;
    static float y[IMAGES * COUNT];
    fixture f;
    int dropped = 0;
    open_layer(&f, find("cpu"), 0.5, 1.0);
    forward(&f, y);
    for (int i = 0; i < IMAGES * COUNT; i++) {
        assert_true(y[i] == y[i / COUNT * COUNT + i % CHANNELS]);
    }
    for (int i = 0; i < IMAGES; i++) {
        for (int c = 0; c < CHANNELS; c++) {
            dropped += y[i * COUNT + c] == 0.0F;
        }
    }
    assert_true(dropped > 20 && dropped < 60);
    close_layer(&f);
}

static void evaluation_changes_nothing(void **state)
{
    (void)state;
    static float y[IMAGES * COUNT];
    fixture f;
    for (int mode = 0; mode < 2; mode++) {
        open_layer(&f, find("cpu"), 0.5, mode);
        f.run.training = NULL;
        memset(y, 0, sizeof y);
        forward(&f, y);
        assert_memory_equal(y, ones, sizeof y);
        close_layer(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_dropped),       cmocka_unit_test(backends_and_places_agree),
        cmocka_unit_test(backward_has_the_mask),      cmocka_unit_test(channels_are_dropped_whole),
        cmocka_unit_test(evaluation_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
