/* Proves: a model that fuses gives the bits of one that does not in forward, and its gradients to
 * rounding, on `ref` and on every kernel set; no pass goes over the encoder's end; only where all
 * layers of a pass stand behind one another is one made; a model that evaluates gives every layer's
 * output; weights that change are packed anew. */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <string.h>

enum { LANE = 3, VALUES = LANE * 8 * 8 * 3, PARAMETERS_MAX = 30000 };

static const ls_shape shape = {8, 8, 3};

#define DECODER "deconv(8) relu deconv(3) sigmoid"

static ls_model *create(const ls_backend *backend, const char *encoder, const char *decoder,
                        bool fuses, ls_model_use use)
{
    ls_config config;
    ls_small_config(&config, "train.lane=3");
    ls_small_set(&config, fuses ? "backend.fuse=on" : "backend.fuse=off");
    strcpy(config.model_encoder, encoder);
    strcpy(config.model_decoder, decoder);
    ls_model *model;
    if (ls_model_create(&model, &config, backend, shape, use) != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
    ls_model_init(model, 1);
    assert_true(ls_model_parameter_count(model) <= PARAMETERS_MAX);
    return model;
}

/* Forward and backward of fixed numbers. */
static void run(ls_model *model, float *y, float *gradients)
{
    static float x[VALUES];
    static float dy[VALUES];
    ls_small_fill(x, VALUES, 1);
    ls_small_fill(dy, VALUES, 2);
    memcpy(y, ls_model_forward(model, LANE, x, NULL), sizeof x);
    ls_model_backward(model, dy, NULL);
    memcpy(gradients, ls_model_gradients(model),
           sizeof(float) * (size_t)ls_model_parameter_count(model));
}

static void expect_close(int64_t count, const float *a, const float *b)
{
    double most = 0.0;
    for (int64_t i = 0; i < count; i++) {
        most = fmax(most, fabs((double)b[i]));
    }
    for (int64_t i = 0; i < count; i++) {
        if (!(fabs((double)a[i] - b[i]) <= 1e-5 * most)) {
            fail_msg("gradient %lld is %.9g fused, %.9g apart", (long long)i, a[i], b[i]);
        }
    }
}

static void check_equal(const ls_backend *backend)
{
    static const char *const encoders[] = {
        "conv(32) relu maxpool(2) conv(16) relu maxpool(2)",
        "conv(16) relu conv(17) relu maxpool(2) conv(16) maxpool(2) relu",
        "conv(16) relu maxpool(2) dense(64) reshape(2,2,16)",
        "conv(16) conv(3) relu maxpool(2) conv(16) relu maxpool(2)", /* few outputs */
    };
    static float y[2][VALUES];
    static float gradients[2][PARAMETERS_MAX];
    for (size_t i = 0; i < sizeof encoders / sizeof encoders[0]; i++) {
        for (int fuses = 0; fuses < 2; fuses++) {
            ls_model *model = create(backend, encoders[i], DECODER, fuses != 0, LS_MODEL_TRAIN);
            run(model, y[fuses], gradients[fuses]);
            if (fuses != 0) {
                assert_memory_equal(y[0], y[1], sizeof y[0]);
                expect_close(ls_model_parameter_count(model), gradients[1], gradients[0]);
            }
            ls_model_destroy(model);
        }
    }
}

/* On `ref`, then on `cpu` with every kernel set of this CPU. */
static void each_backend(void (*check)(const ls_backend *backend))
{
    check(ls_small_ref());
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        const ls_backend *backend;
        assert_int_equal(ls_backend_find(&backend, "cpu", (ls_isa)isa), LS_OK);
        check(backend);
    }
}

static void fused_is_equal(void **state)
{
    (void)state;
    each_backend(check_equal);
}

/* done_by: of each layer, the one whose pass does it. */
static void expect_passes(const char *encoder, const char *decoder, bool fuses, const int *done_by)
{
    ls_model *model = create(ls_small_ref(), encoder, decoder, fuses, LS_MODEL_TRAIN);
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        assert_int_equal(ls_model_layer_at(model, i)->done_by, done_by[i]);
    }
    ls_model_destroy(model);
}

static void passes_are_what_they_should(void **state)
{
    (void)state;
    expect_passes("conv(4) relu maxpool(2)", "deconv(3) sigmoid", true,
                  (const int[]){0, 0, 0, 3, 4});
    expect_passes("conv(4) relu maxpool(2)", "deconv(3) sigmoid", false,
                  (const int[]){0, 1, 2, 3, 4});
    expect_passes("conv(4) relu", "maxpool(2) deconv(3)", true, (const int[]){0, 1, 2, 3});
    expect_passes("conv(4) tanh maxpool(2)", "deconv(3)", true, (const int[]){0, 1, 2, 3});
    expect_passes("conv(4) relu maxpool(4)", "deconv(4) deconv(3)", true,
                  (const int[]){0, 1, 2, 3, 4});
    expect_passes("relu conv(4) relu maxpool(2) conv(4) relu", "deconv(3)", true,
                  (const int[]){0, 1, 1, 1, 4, 5, 6});
}

/* Up to every layer, and from there on: what a model gives that does not fuse. */
static void check_cuts(const ls_backend *backend)
{
    static float x[VALUES];
    static float want[LANE * 8 * 8 * 32];
    const char *encoder = "conv(32) relu maxpool(2) conv(16) relu maxpool(2)";
    ls_model *apart = create(backend, encoder, DECODER, false, LS_MODEL_EVALUATE);
    ls_model *fused = create(backend, encoder, DECODER, true, LS_MODEL_EVALUATE);
    int layers = ls_model_layer_count(apart);
    ls_small_fill(x, VALUES, 1);
    for (int last = 1; last <= layers; last++) {
        ls_shape out = ls_model_layer_at(apart, last - 1)->plan.out;
        size_t bytes = sizeof(float) * LANE * (size_t)ls_shape_count(out);
        assert_true(bytes <= sizeof want);
        memcpy(want, ls_model_run(apart, 0, last, LANE, x), bytes);
        assert_memory_equal(ls_model_run(fused, 0, last, LANE, x), want, bytes);
        const float *y = ls_model_run(fused, last, layers, LANE, want);
        assert_memory_equal(y, ls_model_run(apart, 0, layers, LANE, x), sizeof x);
    }
    ls_model_destroy(apart);
    ls_model_destroy(fused);
}

static void every_cut_can_be_asked_for(void **state)
{
    (void)state;
    each_backend(check_cuts);
}

static void check_changed(const ls_backend *backend)
{
    static float y[2][VALUES];
    static float gradients[2][PARAMETERS_MAX];
    const char *encoder = "conv(32) relu maxpool(2) conv(32) relu dense(16) reshape(4,4,1)";
    const char *decoder = "dense(64) reshape(4,4,4) deconv(3)";
    ls_model *used = create(backend, encoder, decoder, true, LS_MODEL_TRAIN);
    ls_model *fresh = create(backend, encoder, decoder, true, LS_MODEL_TRAIN);
    run(used, y[0], gradients[0]);
    memset(ls_model_gradients(used), 0, sizeof(float) * (size_t)ls_model_parameter_count(used));
    ls_small_fill(ls_model_parameters(used), ls_model_parameter_count(used), 5);
    ls_small_fill(ls_model_parameters(fresh), ls_model_parameter_count(fresh), 5);
    run(used, y[0], gradients[0]);
    run(fresh, y[1], gradients[1]);
    assert_memory_equal(y[0], y[1], sizeof y[0]);
    assert_memory_equal(gradients[0], gradients[1],
                        sizeof(float) * (size_t)ls_model_parameter_count(used));
    ls_model_destroy(used);
    ls_model_destroy(fresh);
}

static void changed_weights_are_packed_anew(void **state)
{
    (void)state;
    each_backend(check_changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fused_is_equal),
        cmocka_unit_test(passes_are_what_they_should),
        cmocka_unit_test(every_cut_can_be_asked_for),
        cmocka_unit_test(changed_weights_are_packed_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
