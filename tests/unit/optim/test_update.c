/* Proves what stands around the optimizers' own rules: AdamW is algorithm 2 of Loshchilov and
 * Hutter (2019), computed here in double, over many steps with a learning rate that changes; a
 * first step by hand; L2 is a term of the gradient; what does not decay takes the plain step to the
 * bit; clipping gives gradients of the limit's norm and the same direction, and leaves those within
 * it alone; the norm does not depend on how a block is cut. */
#include "unit/cmocka_all.h"

#include "lockstep/optim/optim.h"

#include <math.h>
#include <string.h>

enum { COUNT = 21 };

static const ls_backend *ref(void)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

static ls_optim_settings settings_at(int64_t step, bool decoupled)
{
    return (ls_optim_settings){.lr = 0.01 / (double)step,
                               .beta1 = 0.9,
                               .beta2 = 0.999,
                               .eps = 1e-8,
                               .momentum = 0.5,
                               .step = step,
                               .gradient_scale = 1,
                               .weight_decay = 0.1,
                               .decoupled = decoupled};
}

static float gradient(int64_t step, int i)
{
    return (float)sin(0.3 * (double)step + i);
}

static void adamw_is_the_papers(void **state)
{
    (void)state;
    float w[COUNT];
    float m[COUNT] = {0};
    float v[COUNT] = {0};
    double w_right[COUNT];
    double m_right[COUNT] = {0};
    double v_right[COUNT] = {0};
    for (int i = 0; i < COUNT; i++) {
        w_right[i] = w[i] = (float)(0.2 * i - 1.5);
    }
    for (int64_t t = 1; t <= 200; t++) {
        float g[COUNT];
        float room[COUNT];
        ls_optim_settings s = settings_at(t, true);
        for (int i = 0; i < COUNT; i++) {
            g[i] = gradient(t, i);
            m_right[i] = 0.9 * m_right[i] + 0.1 * (double)g[i];
            v_right[i] = 0.999 * v_right[i] + 0.001 * (double)g[i] * g[i];
            double m_hat = m_right[i] / (1 - pow(0.9, (double)t));
            double v_hat = v_right[i] / (1 - pow(0.999, (double)t));
            w_right[i] -= s.lr * (m_hat / (sqrt(v_hat) + 1e-8) + 0.1 * w_right[i]);
        }
        ls_optim_update(ls_optim_type_find("adam"), ref(), &s, true, COUNT, w, g, room,
                        (float *[]){m, v});
    }
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(w[i] - w_right[i]) <= 2e-5 * (1 + fabs(w_right[i])));
    }
}

/* The first step of Adam moves by lr against the gradient's sign; the decay takes lr * decay of the
 * weight: 2 - 0.01 * 0.1 * 2 - 0.01 = 1.988. With L2 the decay only adds to the gradient, whose
 * size Adam divides away: 2 - 0.01 = 1.99. */
static void first_steps_by_hand(void **state)
{
    (void)state;
    const double expected[] = {1.99, 1.988};
    for (int decoupled = 0; decoupled < 2; decoupled++) {
        float w = 2;
        float g = 3;
        float m = 0;
        float v = 0;
        float room;
        ls_optim_settings s = settings_at(1, decoupled != 0);
        ls_optim_update(ls_optim_type_find("adam"), ref(), &s, true, 1, &w, &g, &room,
                        (float *[]){&m, &v});
        assert_true(fabs(w - expected[decoupled]) <= 1e-6);
        assert_true(g == 3);
    }
}

/* m = 0.5 m + (g + 0.1 w), w -= lr m, with g = 1 in both steps and lr = 0.01, then 0.005:
 * w = 2: m = 1.2, w = 1.988; m = 0.6 + 1.1988 = 1.7988, w = 1.979006. The gradient may stand in the
 * room itself. */
static void l2_is_in_the_gradient(void **state)
{
    (void)state;
    float w = 2;
    float m = 0;
    for (int64_t t = 1; t <= 2; t++) {
        float g = 1;
        ls_optim_settings s = settings_at(t, false);
        ls_optim_update(ls_optim_type_find("sgd"), ref(), &s, true, 1, &w, &g, &g, (float *[]){&m});
    }
    assert_true(fabs(w - 1.979006) <= 1e-6);
    assert_true(fabs(m - 1.7988) <= 1e-6);
}

/* The gradient by half is the gradient that is half. */
static void gradients_are_scaled(void **state)
{
    (void)state;
    float w[2][COUNT] = {{0}};
    float m[2][COUNT] = {{0}};
    float g[COUNT];
    float half[COUNT];
    float room[COUNT];
    for (int i = 0; i < COUNT; i++) {
        g[i] = gradient(1, i);
        half[i] = 0.5F * g[i];
    }
    ls_optim_settings s = settings_at(1, false);
    const ls_optim_type *sgd = ls_optim_type_find("sgd");
    ls_optim_update(sgd, ref(), &s, true, COUNT, w[0], half, room, (float *[]){m[0]});
    s.gradient_scale = 0.5;
    ls_optim_update(sgd, ref(), &s, true, COUNT, w[1], g, room, (float *[]){m[1]});
    assert_memory_equal(w[0], w[1], sizeof w[0]);
    assert_true(g[3] == gradient(1, 3));
}

static void others_do_not_decay(void **state)
{
    (void)state;
    float w[2][COUNT];
    float m[2][COUNT] = {{0}};
    float v[2][COUNT] = {{0}};
    float g[COUNT];
    float room[COUNT];
    for (int i = 0; i < COUNT; i++) {
        w[0][i] = w[1][i] = (float)i;
        g[i] = gradient(1, i);
    }
    ls_optim_settings s = settings_at(1, true);
    const ls_optim_type *adam = ls_optim_type_find("adam");
    adam->step(ref(), &s, COUNT, w[0], g, (float *[]){m[0], v[0]});
    ls_optim_update(adam, ref(), &s, false, COUNT, w[1], g, room, (float *[]){m[1], v[1]});
    assert_memory_equal(w[0], w[1], sizeof w[0]);
}

/* 1 + 4 + 9 + ... + 21^2 = 3311, whose parts are all exact. */
static void norm_of_a_cut_block(void **state)
{
    (void)state;
    float g[COUNT];
    for (int i = 0; i < COUNT; i++) {
        g[i] = (float)(i % 2 == 0 ? i + 1 : -i - 1);
    }
    for (int cut = 0; cut <= COUNT; cut++) {
        double sums[LS_OPTIM_SUMS] = {0};
        ls_optim_add_squares(cut, g, sums);
        ls_optim_add_squares(COUNT - cut, g + cut, sums);
        assert_true(ls_optim_norm(sums) == sqrt(3311));
    }
    double sums[LS_OPTIM_SUMS] = {0};
    ls_optim_add_squares(2, (float[]){3e30F, 4e30F}, sums); /* their squares are no float32 */
    assert_true(fabs(ls_optim_norm(sums) / 5e30 - 1) < 1e-6);
}

static void clipping(void **state)
{
    (void)state;
    assert_true(ls_optim_clip(5, 1) == 0.2);
    assert_true(ls_optim_clip(5, 5) == 1);
    assert_true(ls_optim_clip(4.9, 5) == 1);
    assert_true(ls_optim_clip(0, 5) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adamw_is_the_papers),
        cmocka_unit_test(first_steps_by_hand),
        cmocka_unit_test(l2_is_in_the_gradient),
        cmocka_unit_test(gradients_are_scaled),
        cmocka_unit_test(others_do_not_decay),
        cmocka_unit_test(norm_of_a_cut_block),
        cmocka_unit_test(clipping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
