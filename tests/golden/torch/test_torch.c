/* Proves, against values that PyTorch computed in double (make_golden.py): output, loss, every
 * gradient, and the weights after three steps of Adam and of SGD with momentum, on `ref` and on
 * `cpu` in every kernel set of this CPU. Tolerances are a few times the distance of PyTorch's own
 * float32 from its double (make_golden.py --check prints it). */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/loss/loss.h"
#include "lockstep/model/model.h"
#include "lockstep/optim/optim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 5, VALUES = BATCH * 8 * 8 * 3, PARAMETERS = 1233, STEPS = 3 };

/* The file, byte for byte. */
typedef struct golden {
    float images[VALUES]; /* [5,8,8,3], as are outputs */
    float output[VALUES];
    float loss;
    float weights[PARAMETERS];
    float gradients[PARAMETERS];
    float adam[PARAMETERS];
    float sgd[PARAMETERS];
} golden;

static golden stored;

static int load(void **state)
{
    (void)state;
    FILE *file = fopen(LS_GOLDEN_FILE, "rb");
    if (file == NULL) {
        return -1;
    }
    size_t read = fread(&stored, 1, sizeof stored, file);
    int at_end = fgetc(file) == EOF;
    fclose(file);
    return read == sizeof stored && at_end ? 0 : -1;
}

static ls_model *make_model(const ls_backend *backend)
{
    ls_config config;
    ls_config_defaults(&config);
    const char *const arguments[] = {"model.filters=4,8", "model.latent=6", "train.lane=5"};
    assert_int_equal(ls_config_apply_arguments(&config, 3, arguments), LS_OK);
    ls_model *model;
    const ls_shape shape = {8, 8, 3};
    if (ls_model_create(&model, &config, backend, shape, LS_MODEL_TRAIN) != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
    assert_int_equal(ls_model_parameter_count(model), PARAMETERS);
    memcpy(ls_model_parameters(model), stored.weights, sizeof stored.weights);
    return model;
}

/* Forward, loss and backward: adds to the gradients; the batch's mean loss. */
static double accumulate(ls_model *model, const ls_backend *backend, float *output)
{
    static float dy[VALUES];
    double values[BATCH];
    const float *y = ls_model_forward(model, BATCH, stored.images, NULL);
    memcpy(output, y, sizeof stored.output);
    ls_loss_type_find("mse")->run(&(ls_loss_lane){.backend = backend,
                                                  .n = BATCH,
                                                  .shape = ls_model_output(model),
                                                  .y = y,
                                                  .target = stored.images,
                                                  .weight = 1,
                                                  .images = BATCH,
                                                  .values = values,
                                                  .dy = dy});
    ls_model_backward(model, dy, NULL);
    double sum = 0.0;
    for (int i = 0; i < BATCH; i++) {
        sum += values[i];
    }
    return sum / BATCH;
}

static void assert_close(const char *what, int count, const float *a, const float *b, double bound)
{
    for (int i = 0; i < count; i++) {
        if (!(fabs((double)a[i] - b[i]) <= bound)) {
            fail_msg("%s[%d] = %.9g, PyTorch has %.9g", what, i, a[i], b[i]);
        }
    }
}

static void check_gradients(const ls_backend *backend)
{
    float output[VALUES];
    ls_model *model = make_model(backend);
    double loss = accumulate(model, backend, output);
    assert_close("output", VALUES, output, stored.output, 3e-7);
    assert_true(fabs(loss - stored.loss) <= 3e-8);
    assert_close("gradient", PARAMETERS, ls_model_gradients(model), stored.gradients, 8e-9);
    ls_model_destroy(model);
}

static void check_steps(const ls_backend *backend, const char *name, double lr, const float *after)
{
    float output[VALUES];
    ls_model *model = make_model(backend);
    const ls_optim_type *optim = ls_optim_type_find(name);
    void *memory[LS_OPTIM_MOMENTS] = {NULL};
    float *moments[LS_OPTIM_MOMENTS] = {NULL};
    for (int i = 0; i < optim->moment_count; i++) {
        assert_int_equal(ls_alloc(&memory[i], sizeof(float) * PARAMETERS, "a moment"), LS_OK);
        moments[i] = memory[i];
    }
    for (int step = 1; step <= STEPS; step++) {
        const ls_optim_settings settings = {
            .lr = lr, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .momentum = 0.9, .step = step};
        memset(ls_model_gradients(model), 0, sizeof(float) * PARAMETERS);
        accumulate(model, backend, output);
        optim->step(backend, &settings, PARAMETERS, ls_model_parameters(model),
                    ls_model_gradients(model), moments);
    }
    assert_close(name, PARAMETERS, ls_model_parameters(model), after, 2e-7);
    for (int i = 0; i < LS_OPTIM_MOMENTS; i++) {
        ls_free(memory[i]);
    }
    ls_model_destroy(model);
}

static void check_all(const ls_backend *backend)
{
    check_gradients(backend);
    check_steps(backend, "adam", 1e-3, stored.adam);
    check_steps(backend, "sgd", 0.1, stored.sgd);
}

static void ref_agrees_with_torch(void **state)
{
    (void)state;
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    check_all(backend);
}

static void cpu_agrees_with_torch(void **state)
{
    (void)state;
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        const ls_backend *backend;
        assert_int_equal(ls_backend_find(&backend, "cpu", (ls_isa)isa), LS_OK);
        check_all(backend);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ref_agrees_with_torch),
        cmocka_unit_test(cpu_agrees_with_torch),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
