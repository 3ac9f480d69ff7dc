/* Proves what a run takes out of another's checkpoint: all layers, the encoder and nothing else, or
 * what both networks share; the averages of a run that has them; averages of its own begin as what
 * was taken; a layer of another shape, one that is not there, and a file that is no checkpoint are
 * refused by name. */
#include "small_engine.h"

#include "lockstep/checkpoint/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file[] = "/tmp/lockstep-weights-XXXXXX"; /* the checkpoint, made anew by each test */

/* Written by a run that averages or not, with parameters i / 1024 and averages -i / 1024. */
static void write_source(int count, const char *const *arguments)
{
    small_engine e;
    small_engine_create(&e, count, arguments);
    ls_model *model = ls_engine_model(e.engine);
    float *a = ls_model_averages(model);
    for (int64_t i = 0; i < ls_model_parameter_count(model); i++) {
        ls_model_parameters(model)[i] = (float)i / 1024;
        if (a != NULL) {
            a[i] = -(float)i / 1024;
        }
    }
    ls_training_state state = {.model = model,
                               .optim = ls_engine_optim(e.engine),
                               .moments = {ls_engine_moment(e.engine, 0)},
                               .config = &e.config};
    assert_int_equal(ls_checkpoint_write(file, &state, e.comm), LS_OK);
    small_engine_destroy(&e);
}

static void create_taker(small_engine *e, const char *part, const char *other)
{
    char path[64];
    snprintf(path, sizeof path, "model.weights=%s", file);
    small_engine_create(e, 4, (const char *const[]){path, part, other, "train.seed=9"});
}

/* Parameters before `end` are `sign` * i / 1024, the others what they were initially. */
static void require_taken(small_engine *e, int64_t end, float sign)
{
    small_engine fresh;
    small_engine_create(&fresh, 1, (const char *const[]){"train.seed=9"});
    const float *w = ls_model_parameters(ls_engine_model(e->engine));
    const float *initial = ls_model_parameters(ls_engine_model(fresh.engine));
    int64_t count = ls_model_parameter_count(ls_engine_model(e->engine));
    for (int64_t i = 0; i < count; i++) {
        assert_true(w[i] == (i < end ? sign * (float)i / 1024 : initial[i]));
    }
    const float *a = ls_model_averages(ls_engine_model(e->engine));
    assert_true(a == NULL || memcmp(a, w, sizeof(float) * (size_t)count) == 0);
    small_engine_destroy(&fresh);
}

static void all_layers(void **state)
{
    (void)state;
    small_engine e;
    write_source(0, NULL);
    create_taker(&e, "model.weights_part=all", "optim.average=0.5");
    assert_int_equal(ls_engine_load_weights(e.engine), LS_OK);
    require_taken(&e, ls_model_parameter_count(ls_engine_model(e.engine)), 1);
    small_engine_destroy(&e);
}

/* The decoders have nothing in common. */
static void encoder_alone(void **state)
{
    (void)state;
    small_engine e;
    write_source(1, (const char *const[]){"model.decoder=dense(192) reshape(8,8,3)"});
    create_taker(&e, "model.weights_part=encoder", "optim.average=0");
    assert_int_equal(ls_engine_load_weights(e.engine), LS_OK);
    ls_model *model = ls_engine_model(e.engine);
    require_taken(&e, ls_model_layer_at(model, ls_model_encoder_count(model))->low, 1);
    small_engine_destroy(&e);
}

/* A network with a layer more at the code takes the encoder's first layer by its name and the
 * decoder's last one from the end; what has another shape begins anew. */
static void shared_layers(void **state)
{
    (void)state;
    small_engine e;
    small_engine fresh;
    small_engine source;
    write_source(0, NULL);
    small_engine_create(&source, 0, NULL);
    char path[64];
    snprintf(path, sizeof path, "model.weights=%s", file);
    const char *const grown[] = {
        "train.seed=9", "model.encoder=conv(4) relu conv(7) dense(5)",
        "model.decoder=dense(12) dense(256) reshape(8,8,4) conv(3) sigmoid",
        "model.weights_part=shared", path};
    small_engine_create(&fresh, 3, grown);
    small_engine_create(&e, 5, grown);
    assert_int_equal(ls_engine_load_weights(e.engine), LS_OK);
    ls_model *model = ls_engine_model(e.engine);
    const float *w = ls_model_parameters(model);
    const float *initial = ls_model_parameters(ls_engine_model(fresh.engine));
    int64_t first = ls_model_layer_at(model, 0)->high;
    int64_t count = ls_model_parameter_count(model);
    int64_t last = ls_model_layer_at(model, ls_model_layer_count(model) - 2)->low;
    int64_t shift = ls_model_parameter_count(ls_engine_model(source.engine)) - count;
    assert_true(0 < first && first < last && last < count);
    for (int64_t i = 0; i < count; i++) {
        float taken = (float)(i < first ? i : i + shift) / 1024;
        assert_true(w[i] == (i < first || i >= last ? taken : initial[i]));
    }
    small_engine_destroy(&source);
    small_engine_destroy(&fresh);
    small_engine_destroy(&e);
}

static void averages_of_the_source(void **state)
{
    (void)state;
    small_engine e;
    write_source(1, (const char *const[]){"optim.average=0.9"});
    create_taker(&e, "model.weights_part=all", "optim.average=0.5");
    assert_int_equal(ls_engine_load_weights(e.engine), LS_OK);
    require_taken(&e, ls_model_parameter_count(ls_engine_model(e.engine)), -1);
    small_engine_destroy(&e);
}

static void refuse(const char *part, const char *encoder, const char *message)
{
    small_engine e;
    create_taker(&e, part, encoder);
    assert_int_equal(ls_engine_load_weights(e.engine), LS_BAD_INPUT);
    if (strstr(ls_error_message(), file) == NULL || strstr(ls_error_message(), message) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", ls_error_message(), message);
    }
    small_engine_destroy(&e);
}

static void refusals(void **state)
{
    (void)state;
    write_source(0, NULL);
    refuse("model.weights_part=encoder", "model.encoder=conv(6) relu dense(5)",
           "encoder/0-conv/weight is [3,3,3,6] in this network, and [3,3,3,4] in that checkpoint");
    refuse("model.weights_part=all", "model.encoder=conv(4) dense(5)",
           "encoder/1-dense/weight is [256,5] in this network, and not there in that checkpoint");
    write_source(2, (const char *const[]){"model.encoder=dense(5)",
                                          "model.decoder=dense(192) reshape(8,8,3)"});
    refuse("model.weights_part=shared", "model.init=glorot",
           "no layer with weights is the same there");
    FILE *other = fopen(file, "w");
    assert_non_null(other);
    assert_true(fputs("no checkpoint", other) > 0);
    assert_int_equal(fclose(other), 0);
    refuse("model.weights_part=all", "model.init=glorot", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_layers),    cmocka_unit_test(encoder_alone),
        cmocka_unit_test(shared_layers), cmocka_unit_test(averages_of_the_source),
        cmocka_unit_test(refusals),
    };
    int descriptor = mkstemp(file);
    if (descriptor < 0) {
        return EXIT_FAILURE;
    }
    close(descriptor);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(file);
    return failed;
}
