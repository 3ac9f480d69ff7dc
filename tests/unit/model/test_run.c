/* Proves: the chain as a whole differentiates rightly, in chains that exercise working in place;
 * unpool undoes a maxpool of the encoder; the hook covers the flat block once, from the end;
 * encoder and decoder run apart give the whole; fewer images than a lane are right; a step
 * allocates nothing; calls of layers are watched only on request.
 */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANE = 3, VALUES_MAX = LANE * 8 * 8 * 3, PARAMETERS_MAX = 4000 };

static const ls_shape shape = {8, 8, 3};

/* Chains in which a layer works over its input, may not (the one before needs its y; it is the
 * first), and in which several follow one another. Smooth, for the sake of differences: layers with
 * kinks are differentiated alone, by tests/contract/layers. */
static const struct {
    const char *encoder, *decoder;
} chains[] = {
    {"conv(4,stride=2) tanh dense(6)", "dense(16) tanh reshape(4,4,1) deconv(3) sigmoid"},
    {"tanh sigmoid conv(2)", "reshape(1,1,128) reshape(8,8,2) tanh tanh conv(3) tanh"},
    {"reshape(4,16,3) conv(3) tanh reshape(8,8,3)", "sigmoid conv(3) reshape(8,8,3)"},
    {"conv(4,stride=2) sigmoid", "deconv(3) reshape(1,1,192) reshape(8,8,3)"},
    /* outputs that several layers take, over the input, over one another, and into the decoder */
    {"save(a) tanh save(b) sigmoid add(b) tanh add(b) conv(4,stride=2) add(a)",
     "deconv(3) concat(b) conv(3) add(a)"},
    {"residual(conv(3) tanh residual(tanh conv(3)) sigmoid) 2*(residual(conv(4,stride=2)))",
     "deconv(3) deconv(3)"},
    /* values put back where a maximum was, which is one of the image's, so that it stays there */
    {"maxpool(2,name=p) conv(3) gelu", "conv(3) unpool(p) silu conv(3)"},
    {"conv(4) gelu avgpool(2) tanh", "silu upsample(2,bilinear) conv(3) gelu"},
};

static ls_model *make_chain(size_t index)
{
    ls_config config;
    ls_small_config(&config, "train.lane=3");
    strcpy(config.model_encoder, chains[index].encoder);
    strcpy(config.model_decoder, chains[index].decoder);
    ls_model *model = ls_small_create(&config, shape, LS_MODEL_TRAIN);
    ls_model_init(model, 1);
    assert_true(ls_model_parameter_count(model) <= PARAMETERS_MAX);
    return model;
}

/* sum of dy * output in double. */
static double objective(ls_model *model, const float *x, const float *dy)
{
    const float *y = ls_model_forward(model, LANE, x, NULL);
    double sum = 0.0;
    for (int64_t i = 0; i < VALUES_MAX; i++) {
        sum += (double)dy[i] * y[i];
    }
    return sum;
}

/* Along `direction`: five points, error h^4. Steps are taken in float from saved weights. */
static double difference(ls_model *model, const float *x, const float *dy, const float *direction)
{
    static float saved[PARAMETERS_MAX];
    const double h = 1.0 / 128;
    const double steps[4] = {-2, -1, 1, 2};
    const double factors[4] = {1, -8, 8, -1};
    int64_t count = ls_model_parameter_count(model);
    float *w = ls_model_parameters(model);
    memcpy(saved, w, sizeof(float) * (size_t)count);
    double sum = 0.0;
    for (int k = 0; k < 4; k++) {
        w = ls_model_parameters(model); /* asked again after each run */
        for (int64_t i = 0; i < count; i++) {
            w[i] = (float)(saved[i] + steps[k] * h * direction[i]);
        }
        sum += factors[k] * objective(model, x, dy);
    }
    memcpy(ls_model_parameters(model), saved, sizeof(float) * (size_t)count);
    return sum / (12.0 * h);
}

static void check_chain(size_t index)
{
    static float x[VALUES_MAX];
    static float dy[VALUES_MAX];
    static float spent[VALUES_MAX]; /* backward overwrites its dy */
    static float direction[PARAMETERS_MAX];
    ls_model *model = make_chain(index);
    int64_t count = ls_model_parameter_count(model);
    ls_small_fill(x, VALUES_MAX, 1);
    ls_small_fill(dy, VALUES_MAX, 2);
    ls_model_forward(model, LANE, x, NULL);
    memcpy(spent, dy, sizeof dy);
    ls_model_backward(model, spent, NULL);
    for (uint32_t trial = 0; trial < 8; trial++) {
        double product = 0.0;
        double size = 0.0;
        ls_small_fill(direction, count, 10 + trial);
        for (int64_t i = 0; i < count; i++) {
            direction[i] = i % 8 == trial ? direction[i] - 0.5F : 0.0F;
            product += (double)direction[i] * ls_model_gradients(model)[i];
            size += fabs((double)direction[i] * ls_model_gradients(model)[i]);
        }
        double right = difference(model, x, dy, direction);
        if (!(fabs(product - right) <= 1e-4 * size)) {
            fail_msg("chain %zu, direction %u: %.9g by backward, %.9g by differences", index, trial,
                     product, right);
        }
    }
    ls_model_destroy(model);
}

static void chains_differentiate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        check_chain(i);
    }
}

/* x belongs to the caller: a chain that begins with layers that work in place leaves it alone. */
static void input_is_left_alone(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float before[VALUES_MAX];
    static float dy[VALUES_MAX];
    ls_model *model = make_chain(1);
    ls_small_fill(x, VALUES_MAX, 1);
    ls_small_fill(dy, VALUES_MAX, 2);
    memcpy(before, x, sizeof x);
    ls_model_forward(model, LANE, x, NULL);
    ls_model_backward(model, dy, NULL);
    assert_memory_equal(x, before, sizeof x);
    ls_model_destroy(model);
}

/* conv, relu, maxpool with a name, unpool: where a window's maximum was there is it again, the
 * first of equals, and zeros elsewhere; in a model that trains and in one that evaluates. */
static void check_unpool(const ls_backend *backend, ls_model_use use)
{
    enum { C = 5, SIDE = 8 };
    static float x[VALUES_MAX];
    static float rectified[LANE * SIDE * SIDE * C];
    ls_config config;
    ls_small_config(&config, "train.lane=3");
    strcpy(config.model_encoder, "conv(5) relu maxpool(2,name=p)");
    strcpy(config.model_decoder, "unpool(p) conv(3)");
    ls_model *model;
    assert_int_equal(ls_model_create(&model, &config, backend, shape, use), LS_OK);
    ls_model_init(model, 1);
    ls_small_fill(x, VALUES_MAX, 1);
    memcpy(rectified, ls_model_run(model, 0, 2, LANE, x), sizeof rectified);
    const float *y = ls_model_run(model, 0, 4, LANE, x);
    for (int i = 0; i < LANE * SIDE * SIDE * C; i++) {
        int column = i / C % SIDE;
        int line = i / C / SIDE % SIDE;
        const float *window = rectified + i - (line % 2 * SIDE + column % 2) * C;
        int at = 0;
        for (int k = 1; k < 4; k++) {
            at = window[(k / 2 * SIDE + k % 2) * C] > window[(at / 2 * SIDE + at % 2) * C] ? k : at;
        }
        bool is_first = line % 2 * 2 + column % 2 == at;
        assert_true(y[i] == (is_first ? rectified[i] : 0.0F));
    }
    ls_model_destroy(model);
}

static void maxima_go_back_to_their_places(void **state)
{
    (void)state;
    const ls_backend *cpu;
    assert_int_equal(ls_backend_find(&cpu, "cpu", LS_ISA_PORTABLE), LS_OK);
    check_unpool(ls_small_ref(), LS_MODEL_EVALUATE);
    check_unpool(ls_small_ref(), LS_MODEL_TRAIN);
    check_unpool(cpu, LS_MODEL_EVALUATE);
    check_unpool(cpu, LS_MODEL_TRAIN);
}

typedef struct cover {
    const ls_model *model;
    int64_t next; /* where the slice before this one began */
    int slices;
} cover;

static void take_slice(void *context, const ls_slice *slice)
{
    cover *c = context;
    assert_int_equal(slice->lane, 0);
    assert_true(slice->low < slice->high);
    assert_int_equal(slice->high, c->next);
    c->next = slice->low;
    c->slices++;
}

static void hook_covers_the_block(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float dy[VALUES_MAX];
    ls_model *model = make_chain(0);
    cover c = {.model = model, .next = ls_model_parameter_count(model)};
    ls_model_forward(model, LANE, x, NULL);
    const ls_lane_pass pass = {.hook = take_slice, .context = &c};
    ls_model_backward(model, dy, &pass);
    assert_int_equal(c.next, 0);
    assert_int_equal(c.slices, 4); /* conv, dense, dense, deconv */
    ls_model_destroy(model);
}

static void parts_make_the_whole(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float whole[VALUES_MAX];
    static float code[LANE * 8 * 8 * 4];
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        ls_model *model = make_chain(i);
        int middle = ls_model_encoder_count(model);
        int last = ls_model_layer_count(model);
        size_t code_count = (size_t)ls_shape_count(ls_model_code(model)) * LANE;
        ls_small_fill(x, VALUES_MAX, 1);
        memcpy(whole, ls_model_forward(model, LANE, x, NULL), sizeof whole);
        memcpy(code, ls_model_run(model, 0, middle, LANE, x), sizeof(float) * code_count);
        const float *y = ls_model_run(model, middle, last, LANE, code);
        assert_memory_equal(y, whole, sizeof whole);
        assert_ptr_equal(ls_model_run(model, 0, 0, LANE, x), x);
        ls_model_destroy(model);
    }
}

/* A short lane gives the gradients of its images, whatever ran before on a full one. */
static void short_lanes_are_right(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float dy[VALUES_MAX];
    static float apart[PARAMETERS_MAX];
    ls_model *model = make_chain(0);
    size_t bytes = sizeof(float) * (size_t)ls_model_parameter_count(model);
    ls_small_fill(x, VALUES_MAX, 1);
    for (int i = 0; i < LANE; i++) { /* image by image, gradients adding up */
        ls_small_fill(dy, VALUES_MAX, 2);
        ls_model_forward(model, 1, x + (size_t)i * VALUES_MAX / LANE, NULL);
        ls_model_backward(model, dy + (size_t)i * VALUES_MAX / LANE, NULL);
    }
    memcpy(apart, ls_model_gradients(model), bytes);
    memset(ls_model_gradients(model), 0, bytes);
    ls_small_fill(dy, VALUES_MAX, 2);
    ls_model_forward(model, LANE, x, NULL);
    ls_model_backward(model, dy, NULL);
    for (int64_t i = 0; i < ls_model_parameter_count(model); i++) {
        assert_true(fabsf(ls_model_gradients(model)[i] - apart[i]) <= 2e-5F);
    }
    ls_model_destroy(model);
}

static void steps_allocate_nothing(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float dy[VALUES_MAX];
    ls_model *model = make_chain(0);
    int64_t calls = ls_alloc_calls();
    ls_model_forward(model, LANE, x, NULL);
    ls_model_backward(model, dy, NULL);
    assert_int_equal(ls_alloc_calls(), calls);
    ls_model_destroy(model);
}

typedef struct watched {
    int calls[2][16]; /* forward, backward; of each layer */
    double last;      /* when the call before ended */
} watched;

static void watch_layer(void *context, int layer, bool backward, double began, double ended)
{
    watched *w = context;
    assert_true(layer >= 0 && layer < 16);
    assert_true(w->last <= began && began <= ended);
    w->calls[backward][layer]++;
    w->last = ended;
}

static void calls_of_layers_are_watched(void **state)
{
    (void)state;
    static float x[VALUES_MAX];
    static float dy[VALUES_MAX];
    watched w = {0};
    ls_model *model = make_chain(0);
    ls_model_watch(model, watch_layer, &w);
    ls_model_forward(model, LANE, x, NULL);
    ls_model_backward(model, dy, NULL);
    ls_model_watch(model, NULL, NULL);
    ls_model_forward(model, LANE, x, NULL); /* seen by nobody */
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        assert_int_equal(w.calls[0][i], 1);
        assert_int_equal(w.calls[1][i], 1 + ls_model_layer_at(model, i)->plan.parts);
    }
    ls_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_differentiate),
        cmocka_unit_test(input_is_left_alone),
        cmocka_unit_test(maxima_go_back_to_their_places),
        cmocka_unit_test(hook_covers_the_block),
        cmocka_unit_test(parts_make_the_whole),
        cmocka_unit_test(short_lanes_are_right),
        cmocka_unit_test(steps_allocate_nothing),
        cmocka_unit_test(calls_of_layers_are_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
