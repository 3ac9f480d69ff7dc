/* Proves: the knobs expand to the paper's network and its mirror, or say clearly why not; layers
 * get the shapes, paths, and places in the flat block that were worked out by hand; faults name
 * layer and reason; what is reserved is released. */
#include "small_model.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"

#include <string.h>

static const ls_shape cifar = {32, 32, 3};

static void assert_expands(const ls_config *config, ls_shape input, const char *encoder,
                           const char *decoder)
{
    ls_text got_encoder = {0};
    ls_text got_decoder = {0};
    assert_int_equal(ls_model_expand(config, input, &got_encoder, &got_decoder), LS_OK);
    assert_string_equal(got_encoder.data, encoder);
    assert_string_equal(got_decoder.data, decoder);
    ls_text_free(&got_encoder);
    ls_text_free(&got_decoder);
}

static void knobs_expand(void **state)
{
    (void)state;
    ls_config config;
    ls_config_defaults(&config);
    assert_expands(&config, cifar,
                   "conv(32) relu maxpool(2) conv(64) relu maxpool(2) conv(128) relu maxpool(2) "
                   "dense(128)",
                   "dense(2048) relu reshape(4,4,128) deconv(64) relu deconv(32) relu deconv(3) "
                   "sigmoid");
    ls_small_config(&config, "model.filters=8");
    ls_small_set(&config, "model.latent=0");
    assert_expands(&config, (ls_shape){6, 4, 1}, "conv(8) relu maxpool(2)", "deconv(1) sigmoid");
    ls_small_set(&config, "model.downsample=avgpool");
    assert_expands(&config, (ls_shape){6, 4, 1}, "conv(8) relu avgpool(2)", "deconv(1) sigmoid");
    ls_small_set(&config, "model.downsample=stride");
    ls_small_set(&config, "model.norm=batchnorm");
    assert_expands(&config, (ls_shape){6, 4, 1}, "conv(8,stride=2) batchnorm relu",
                   "deconv(1) sigmoid");
    ls_small_config(&config, "model.encoder=conv(3) relu");
    ls_small_set(&config, "model.decoder=conv(3)");
    assert_expands(&config, (ls_shape){7, 7, 3}, "conv(3) relu", "conv(3)");
}

/* Everything that decides on memory and bits, by hand for the paper's network. */
static void papers_network_is_planned(void **state)
{
    (void)state;
    ls_config config;
    ls_config_defaults(&config);
    ls_model *model = ls_small_create(&config, cifar, LS_MODEL_TRAIN);
    const struct {
        const char *path, *text;
        ls_shape out;
        int64_t count;
    } layers[] = {
        {"encoder/0-conv", "conv(32)", {32, 32, 32}, 896},
        {"encoder/1-relu", "relu", {32, 32, 32}, 0},
        {"encoder/2-maxpool", "maxpool(2)", {16, 16, 32}, 0},
        {"encoder/3-conv", "conv(64)", {16, 16, 64}, 18496},
        {"encoder/4-relu", "relu", {16, 16, 64}, 0},
        {"encoder/5-maxpool", "maxpool(2)", {8, 8, 64}, 0},
        {"encoder/6-conv", "conv(128)", {8, 8, 128}, 73856},
        {"encoder/7-relu", "relu", {8, 8, 128}, 0},
        {"encoder/8-maxpool", "maxpool(2)", {4, 4, 128}, 0},
        {"encoder/9-dense", "dense(128)", {1, 1, 128}, 262272},
        {"decoder/0-dense", "dense(2048)", {1, 1, 2048}, 264192},
        {"decoder/1-relu", "relu", {1, 1, 2048}, 0},
        {"decoder/2-reshape", "reshape(4,4,128)", {4, 4, 128}, 0},
        {"decoder/3-deconv", "deconv(64)", {8, 8, 64}, 73792},
        {"decoder/4-relu", "relu", {8, 8, 64}, 0},
        {"decoder/5-deconv", "deconv(32)", {16, 16, 32}, 18464},
        {"decoder/6-relu", "relu", {16, 16, 32}, 0},
        {"decoder/7-deconv", "deconv(3)", {32, 32, 3}, 867},
        {"decoder/8-sigmoid", "sigmoid", {32, 32, 3}, 0},
    };
    int count = (int)(sizeof layers / sizeof layers[0]);
    assert_int_equal(ls_model_layer_count(model), count);
    assert_int_equal(ls_model_encoder_count(model), 10);
    assert_int_equal(ls_model_parameter_count(model), 712835);
    int64_t low = 0;
    for (int i = 0; i < count; i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        assert_string_equal(layer->path, layers[i].path);
        assert_string_equal(layer->text, layers[i].text);
        assert_true(ls_shape_equal(layer->plan.out, layers[i].out));
        assert_int_equal(layer->low, low);
        low += layers[i].count;
        assert_int_equal(layer->high, low);
    }
    assert_true(ls_shape_equal(ls_model_input(model), cifar));
    assert_true(ls_shape_equal(ls_model_output(model), cifar));
    assert_true(ls_shape_equal(ls_model_code(model), (ls_shape){1, 1, 128}));
    const ls_model_layer *conv = ls_model_layer_at(model, 3);
    assert_int_equal(conv->params[0].offset, 896);
    assert_int_equal(conv->params[1].offset, 896 + 18432);
    assert_int_equal(conv->params[1].count, 64);
    ls_model_destroy(model);
}

/* A lane's images, activations and gradients stay far below the limit of a rank's memory. */
static void memory_is_modest(void **state)
{
    (void)state;
    ls_config config;
    const ls_backend *cpu = NULL;
    ls_model *train[2] = {NULL};
    ls_model *evaluate = NULL;
    ls_config_defaults(&config);
    assert_int_equal(ls_backend_find(&cpu, "cpu", ls_isa_detect()), LS_OK);
    train[0] = ls_small_create(&config, cifar, LS_MODEL_TRAIN);
    assert_int_equal(ls_model_create(&train[1], &config, cpu, cifar, LS_MODEL_TRAIN), LS_OK);
    assert_int_equal(ls_model_create(&evaluate, &config, cpu, cifar, LS_MODEL_EVALUATE), LS_OK);
    assert_non_null(ls_model_gradients(train[0]));
    assert_null(ls_model_gradients(evaluate));
    assert_true(ls_model_bytes(train[0]) < (size_t)24 << 20);
    assert_true(ls_model_bytes(train[1]) < (size_t)40 << 20); /* with weights in other orders */
    assert_true(ls_model_bytes(evaluate) <
                ls_model_bytes(train[1])); /* though it has all outputs */
    ls_model_destroy(evaluate);
    ls_model_destroy(train[0]);
    ls_model_destroy(train[1]);
}

static void five_halvings_work(void **state)
{
    (void)state;
    ls_config config;
    ls_small_config(&config, "model.filters=4,4,6,6,8");
    ls_model *model = ls_small_create(&config, cifar, LS_MODEL_EVALUATE);
    assert_int_equal(ls_model_encoder_count(model), 16);
    assert_true(ls_shape_equal(ls_model_layer_at(model, 14)->plan.out, (ls_shape){1, 1, 8}));
    ls_model_destroy(model);
    ls_small_set(&config, "model.latent=0");
    model = ls_small_create(&config, cifar, LS_MODEL_EVALUATE);
    assert_true(ls_shape_equal(ls_model_code(model), (ls_shape){1, 1, 8}));
    ls_model_destroy(model);
}

/* A plan alone tells the same sizes, and takes none of that memory. */
static void a_plan_takes_no_memory(void **state)
{
    (void)state;
    ls_config config;
    ls_small_config(&config, "model.latent=65536"); /* 2 x 128 M parameters: half a GiB each */
    ls_small_set(&config, "model.filters=32,64,128");
    ls_model *plan = ls_small_create(&config, cifar, LS_MODEL_PLAN);
    assert_true(ls_model_parameter_count(plan) > INT64_C(268435456));
    assert_true(ls_model_bytes(plan) > 2 * sizeof(float) * UINT64_C(268435456));
    assert_null(ls_model_parameters(plan));
    ls_model_destroy(plan);
    ls_config_defaults(&config);
    plan = ls_small_create(&config, cifar, LS_MODEL_PLAN);
    ls_model *model = ls_small_create(&config, cifar, LS_MODEL_TRAIN);
    assert_int_equal(ls_model_bytes(plan), ls_model_bytes(model));
    ls_model_destroy(model);
    ls_model_destroy(plan);
}

static void faults_are_told(void **state)
{
    (void)state;
    const struct {
        const char *encoder, *decoder, *filters, *message;
    } faults[] = {
        {"conv(4) relu maxpool(2) conv(4) maxpool(5)", "sigmoid", "8",
         "model.encoder: layer 4 maxpool(5): input 16x16 is not divisible by 5"},
        {"conv(4)", "dense(12) reshape(3,3,3)", "8",
         "model.decoder: layer 1 reshape(3,3,3): input 12 has 12 values"},
        {"conv(4)", "conv(3,pad=0) sigmoid", "8",
         "model.decoder gives 30x30x3, the images are 32x32x3"},
        {"conv(4) maxpol", "conv(3)", "8",
         "model.encoder: layer 1 maxpol: there is no layer maxpol; did you mean maxpool?"},
        {"relu add(a)", "conv(3)", "8",
         "model.encoder: layer 1 add(a): no layer before it has the name a: put save(a) where"},
        {"save(a) relu save(a)", "conv(3)", "8",
         "model.encoder: layer 2 save(a): the name a is given twice"},
        {"conv(4", "conv(3)", "8", "model.encoder: character 7: expected ',' or ')'"},
        {"relu", "sigmoid", "8", "no layer with parameters"},
        {"conv(1) reshape(1024,1,1) deconv(1,1,1024,0,0) deconv(1,1,1024,0,0) deconv(1,1,2,0,0)",
         "sigmoid", "8", "layer 4 deconv(1,1,2,0,0): the output 2145386497x1x1 is too large"},
        {"", "", "1,2,3,4,5,6", "each halves the image, but 32x32 can be halved 5 times"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        ls_config config;
        ls_config_defaults(&config);
        strcpy(config.model_encoder, faults[i].encoder);
        strcpy(config.model_decoder, faults[i].decoder);
        config.model_filters.count = (int)(strlen(faults[i].filters) + 1) / 2;
        ls_model *model;
        int64_t live = ls_alloc_live();
        assert_int_equal(ls_model_create(&model, &config, ls_small_ref(), cifar, LS_MODEL_TRAIN),
                         LS_BAD_INPUT);
        assert_null(model);
        assert_int_equal(ls_alloc_live(), live);
        if (strstr(ls_error_message(), faults[i].message) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", ls_error_message(), faults[i].message);
        }
    }
}

static void images_beyond_an_int_are_refused(void **state)
{
    (void)state;
    const ls_shape images[] = {
        {1 << 30, 2, 1}, {32767, 32767, 3}, {(1 << 30) + 1, 1, 1}, {0, 4, 1}};
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        ls_config config;
        ls_small_config(&config, "model.encoder=conv(3)");
        ls_model *model;
        assert_int_equal(
            ls_model_create(&model, &config, ls_small_ref(), images[i], LS_MODEL_EVALUATE),
            LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), "an image may have 2147483647 values"));
    }
}

static void all_is_released(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    ls_config config;
    ls_small_config(&config, "model.filters=4");
    ls_model_destroy(ls_small_create(&config, cifar, LS_MODEL_TRAIN));
    ls_model_destroy(NULL);
    assert_int_equal(ls_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knobs_expand),
        cmocka_unit_test(papers_network_is_planned),
        cmocka_unit_test(memory_is_modest),
        cmocka_unit_test(five_halvings_work),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(all_is_released),
        cmocka_unit_test(images_beyond_an_int_are_refused),
        cmocka_unit_test(a_plan_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
