/* Proves: Adam is algorithm 1 of Kingma and Ba, computed here in double with libm's pow; its first
 * step is lr * g / (|g| + eps) exactly; late steps have no correction left; SGD with momentum is
 * the textbook's. (PyTorch's values: tests/golden/torch.) */
#include "unit/cmocka_all.h"

#include "lockstep/optim/optim.h"

#include <math.h>

enum { COUNT = 6 };

static const float gradients[COUNT] = {1.0F, -0.5F, 1e-3F, -1e-6F, 0.0F, 300.0F};

static const ls_backend *ref(void)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

static ls_optim_settings settings_at(int64_t step)
{
    return (ls_optim_settings){
        .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .momentum = 0.9, .step = step};
}

static void adam_first_step_is_exact(void **state)
{
    (void)state;
    float w[COUNT] = {0};
    float m[COUNT] = {0};
    float v[COUNT] = {0};
    ls_optim_settings s = settings_at(1);
    ls_optim_type_find("adam")->step(ref(), &s, COUNT, w, gradients, (float *[]){m, v});
    for (int i = 0; i < COUNT; i++) {
        double g = gradients[i];
        double expected = -0.01 * g / (fabs(g) + 1e-8);
        assert_true(fabs(w[i] - expected) <= 3e-7 * fabs(expected));
    }
}

/* The paper's algorithm in double, 400 steps of gradients that change with the step. */
static void adam_is_the_papers(void **state)
{
    (void)state;
    float w[COUNT] = {0};
    float m[COUNT] = {0};
    float v[COUNT] = {0};
    double w_right[COUNT] = {0};
    double m_right[COUNT] = {0};
    double v_right[COUNT] = {0};
    for (int t = 1; t <= 400; t++) {
        float g[COUNT];
        for (int i = 0; i < COUNT; i++) {
            g[i] = gradients[i] * (float)(1.0 + 0.5 * sin(0.1 * t + i));
            m_right[i] = 0.9 * m_right[i] + (1 - 0.9) * (double)g[i];
            v_right[i] = 0.999 * v_right[i] + (1 - 0.999) * (double)g[i] * g[i];
            double m_hat = m_right[i] / (1 - pow(0.9, t));
            double v_hat = v_right[i] / (1 - pow(0.999, t));
            w_right[i] -= 0.01 * m_hat / (sqrt(v_hat) + 1e-8);
        }
        ls_optim_settings s = settings_at(t);
        ls_optim_type_find("adam")->step(ref(), &s, COUNT, w, g, (float *[]){m, v});
    }
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(w[i] - w_right[i]) <= 1e-5 * fabs(w_right[i]));
    }
}

static void adam_corrections_fade(void **state)
{
    (void)state;
    float w[1] = {0};
    float m[1] = {1.0F};
    float v[1] = {4.0F};
    ls_optim_settings s = settings_at(1000000);
    ls_optim_type_find("adam")->step(ref(), &s, 1, w, (float[]){1.0F}, (float *[]){m, v});
    /* m stays 1, v becomes 0.999 * 4 + 0.001. */
    assert_true(fabs(w[0] + 0.01 / sqrt(3.997)) <= 1e-8);
}

/* A slice by slice step is the step of the whole. */
static void slices_do_not_matter(void **state)
{
    (void)state;
    float w[2][COUNT] = {{0}};
    float m[2][COUNT] = {{0}};
    float v[2][COUNT] = {{0}};
    const ls_optim_type *adam = ls_optim_type_find("adam");
    for (int t = 1; t <= 3; t++) {
        ls_optim_settings s = settings_at(t);
        adam->step(ref(), &s, COUNT, w[0], gradients, (float *[]){m[0], v[0]});
        for (int i = 0; i < COUNT; i += 3) {
            adam->step(ref(), &s, 3, w[1] + i, gradients + i, (float *[]){m[1] + i, v[1] + i});
        }
    }
    assert_memory_equal(w[0], w[1], sizeof w[0]);
}

static void sgd_is_the_textbooks(void **state)
{
    (void)state;
    float w[1] = {1.0F};
    float m[1] = {0};
    const ls_optim_type *sgd = ls_optim_type_find("sgd");
    double w_right = 1.0;
    double m_right = 0.0;
    for (int t = 1; t <= 5; t++) {
        ls_optim_settings s = settings_at(t);
        sgd->step(ref(), &s, 1, w, (float[]){(float)t}, (float *[]){m});
        m_right = 0.9 * m_right + t;
        w_right -= 0.01 * m_right;
    }
    assert_true(fabs(w[0] - w_right) <= 1e-6);
    assert_true(fabs(m[0] - m_right) <= 1e-5);
}

static void names_are_found(void **state)
{
    (void)state;
    assert_int_equal(ls_optim_type_find("adam")->moment_count, 2);
    assert_int_equal(ls_optim_type_find("sgd")->moment_count, 1);
    assert_null(ls_optim_type_find("adamw"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_first_step_is_exact), cmocka_unit_test(adam_is_the_papers),
        cmocka_unit_test(adam_corrections_fade),    cmocka_unit_test(slices_do_not_matter),
        cmocka_unit_test(sgd_is_the_textbooks),     cmocka_unit_test(names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
