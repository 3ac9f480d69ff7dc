/* Functions of one number, the loss, the optimizers and pixels. exp and its relatives against
 * libm's double forms, in units in the last place, with the same bits from every kernel set; the
 * rest against `ref`, which is checked by hand first; in place; NaN is never hidden. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

#define SWEEP 400003 /* odd, so that every kernel set has a tail */

static const ls_unary kinds[] = {LS_RELU, LS_LEAKY_RELU, LS_TANH, LS_SIGMOID,
                                 LS_ELU,  LS_GELU,       LS_SILU};

/* Both signs, from 2^-30 to beyond where the functions are flat. */
static float *sweep(void)
{
    float *x = numbers(SWEEP, 21);
    for (int64_t i = 0; i < SWEEP; i++) {
        double size = exp2(-30.0 + 36.5 * fabs((double)x[i]));
        x[i] = (float)(x[i] < 0.0f ? -size : size);
    }
    return x;
}

/* The distance of a float to a true value, in units in the last place of the true value. */
static double ulps(float got, double want)
{
    int exponent;
    frexp(want, &exponent);
    return fabs((double)got - want) / ldexp(1.0, exponent - 24);
}

static void check_accuracy(const ls_backend *backend)
{
    float *x = sweep();
    float *y = zeros(SWEEP);
    double worst_tanh = 0.0;
    double worst_sigmoid = 0.0;
    backend->unary_forward(LS_TANH, 0.0f, SWEEP, x, y);
    for (int64_t i = 0; i < SWEEP; i++) {
        worst_tanh = fmax(worst_tanh, ulps(y[i], tanh((double)x[i])));
    }
    backend->unary_forward(LS_SIGMOID, 0.0f, SWEEP, x, y);
    for (int64_t i = 0; i < SWEEP; i++) {
        if (fabsf(x[i]) <= 87.0f) {
            worst_sigmoid = fmax(worst_sigmoid, ulps(y[i], 1.0 / (1.0 + exp(-(double)x[i]))));
        }
    }
    print_message("%s: tanh within %.2f ulp, sigmoid within %.2f ulp\n",
                  ls_isa_name((ls_isa)backend->isa), worst_tanh, worst_sigmoid);
    assert_true(worst_tanh <= 3.0);
    assert_true(worst_sigmoid <= 3.0);
    drop(x, SWEEP);
    drop(y, SWEEP);
}

/* exp(x) - 1, and x sigmoid(x): in units in the last place. gelu against its formula in double: to
 * the left of 0 it is a small difference of large numbers, so its error is one of |x|. */
static void check_smooth_rectifiers(const ls_backend *backend)
{
    float *x = sweep();
    float *y = zeros(SWEEP);
    double worst[3] = {0.0};
    backend->unary_forward(LS_ELU, 1.0f, SWEEP, x, y);
    for (int64_t i = 0; i < SWEEP; i++) {
        worst[0] = fmax(worst[0], ulps(y[i], x[i] > 0.0f ? x[i] : expm1((double)x[i])));
    }
    backend->unary_forward(LS_SILU, 0.0f, SWEEP, x, y);
    for (int64_t i = 0; i < SWEEP; i++) {
        if (fabsf(x[i]) <= 80.0f) {
            worst[1] = fmax(worst[1], ulps(y[i], x[i] / (1.0 + exp(-(double)x[i]))));
        }
    }
    backend->unary_forward(LS_GELU, 0.0f, SWEEP, x, y);
    for (int64_t i = 0; i < SWEEP; i++) {
        double z = x[i];
        double u = sqrt(2.0 / acos(-1.0)) * (z + 0.044715 * z * z * z);
        worst[2] = fmax(worst[2], fabs(y[i] - 0.5 * z * (1.0 + tanh(u))) / fabs(z));
    }
    print_message("%s: elu within %.2f ulp, silu within %.2f ulp, gelu within %.2g of |x|\n",
                  ls_isa_name((ls_isa)backend->isa), worst[0], worst[1], worst[2]);
    assert_true(worst[0] <= 3.0);
    assert_true(worst[1] <= 3.0);
    assert_true(worst[2] <= 2.5e-7);
    drop(x, SWEEP);
    drop(y, SWEEP);
}

static void accuracy(void **state)
{
    (void)state;
    for_each_set(check_accuracy);
    for_each_set(check_smooth_rectifiers);
}

/* What does not come from a matrix product has the same bits from every kernel set. */
static void check_same_bits(const ls_backend *backend)
{
    const ls_backend *portable;
    assert_int_equal(ls_backend_find(&portable, "cpu", LS_ISA_PORTABLE), LS_OK);
    float *x = sweep();
    float *dy = numbers(SWEEP, 22);
    float *a = zeros(SWEEP);
    float *b = zeros(SWEEP);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        portable->unary_forward(kinds[k], 0.1f, SWEEP, x, a);
        backend->unary_forward(kinds[k], 0.1f, SWEEP, x, b);
        assert_memory_equal(a, b, SWEEP * sizeof(float));
        bool of_x = ls_unary_needs_x(kinds[k]);
        portable->unary_backward(kinds[k], 0.1f, SWEEP, of_x ? x : a, dy, a);
        backend->unary_backward(kinds[k], 0.1f, SWEEP, of_x ? x : b, dy, b);
        assert_memory_equal(a, b, SWEEP * sizeof(float));
    }
    double sums[2];
    portable->mse(1, SWEEP, x, dy, 0.5f, &sums[0], a);
    backend->mse(1, SWEEP, x, dy, 0.5f, &sums[1], b);
    assert_memory_equal(&sums[0], &sums[1], sizeof(double));
    assert_memory_equal(a, b, SWEEP * sizeof(float));
    drop(x, SWEEP);
    drop(dy, SWEEP);
    drop(a, SWEEP);
    drop(b, SWEEP);
}

static void same_bits(void **state)
{
    (void)state;
    for_each_set(check_same_bits);
}

static void check_unary(const ls_backend *backend)
{
    const ls_backend *ref = reference();
    float *x = numbers(1003, 23);
    float *dy = numbers(1003, 24);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        for (int64_t count = 0; count <= 1003; count += count < 40 ? 1 : 321) {
            float *want = zeros(count);
            float *got = copy_of(x, count);
            float *gradient = copy_of(dy, count);
            float *want_gradient = zeros(count);
            ref->unary_forward(kinds[k], 0.2f, count, x, want);
            bool of_x = ls_unary_needs_x(kinds[k]);
            ref->unary_backward(kinds[k], 0.2f, count, of_x ? x : want, dy, want_gradient);
            backend->unary_forward(kinds[k], 0.2f, count, got, got);
            backend->unary_backward(kinds[k], 0.2f, count, of_x ? x : got, gradient, gradient);
            expect_near("unary forward", got, want, count, 5e-7);
            expect_near("unary backward", gradient, want_gradient, count, 2e-6);
            drop(want, count);
            drop(got, count);
            drop(gradient, count);
            drop(want_gradient, count);
        }
    }
    drop(x, 1003);
    drop(dy, 1003);
}

static void check_extremes(const ls_backend *backend)
{
    static const float x[5] = {NAN, 200.0f, -200.0f, INFINITY, -INFINITY};
    /* gelu and silu of -INFINITY are 0 times infinity: a fault either way */
    static const float want[7][5] = {
        {NAN, 200.0f, 0.0f, INFINITY, 0.0f},   {NAN, 200.0f, -100.0f, INFINITY, -INFINITY},
        {NAN, 1.0f, -1.0f, 1.0f, -1.0f},       {NAN, 1.0f, 0.0f, 1.0f, 0.0f},
        {NAN, 200.0f, -0.5f, INFINITY, -0.5f}, {NAN, 200.0f, 0.0f, INFINITY, NAN},
        {NAN, 200.0f, 0.0f, INFINITY, NAN}};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        float y[5];
        float dx[5];
        backend->unary_forward(kinds[k], 0.5f, 5, x, y);
        assert_true(isnan(y[0]));
        for (int i = 1; i < 5; i++) {
            assert_true(isnan(want[k][i])
                            ? !isfinite(y[i])
                            : y[i] == want[k][i] || fabsf(y[i] - want[k][i]) < 1e-35f);
        }
        static const float dy[5] = {NAN, NAN, NAN, NAN, NAN};
        backend->unary_backward(kinds[k], 0.5f, 5, y, dy, dx);
        assert_true(isnan(dx[1]));
    }
}

static void unary(void **state)
{
    (void)state;
    check_unary(reference());
    check_extremes(reference());
    for_each_set(check_unary);
    for_each_set(check_extremes);
}

static void check_mse(const ls_backend *backend)
{
    static const float y[6] = {1, 2, 3, 4, 5, 6};
    static const float target[6] = {0, 2, 5, 4, 4, 3};
    static const float want[6] = {0.5f, 0, -1, 0, 0.5f, 1.5f};
    double sums[2];
    float dy[6];
    backend->mse(2, 3, y, target, 0.25f, sums, dy);
    assert_true(sums[0] == 5.0 && sums[1] == 10.0);
    expect_near("mse", dy, want, 6, 0.0);
    backend->mse(2, 3, y, target, 0.25f, sums, NULL);
    assert_true(sums[0] == 5.0 && sums[1] == 10.0);
    float *a = numbers(3 * 517, 25);
    float *b = numbers(3 * 517, 26);
    double far[2][3];
    reference()->mse(3, 517, a, b, 1.0f, far[0], NULL);
    backend->mse(3, 517, a, b, 1.0f, far[1], NULL);
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(far[1][i] - far[0][i]) <= 1e-13 * far[0][i]);
    }
    drop(a, 3 * 517);
    drop(b, 3 * 517);
    static const float nan[1] = {NAN};
    backend->mse(1, 1, nan, y, 1.0f, sums, dy);
    assert_true(isnan(sums[0]) && isnan(dy[0]));
}

static void mse(void **state)
{
    (void)state;
    check_mse(reference());
    for_each_set(check_mse);
}

/* The first step of Adam moves every weight by about the learning rate, against the gradient's
 * sign; then ten steps beside `ref`. */
static void check_adam(const ls_backend *backend)
{
    enum { COUNT = 131 };
    float *w[2] = {numbers(COUNT, 27), numbers(COUNT, 27)};
    float *m[2] = {zeros(COUNT), zeros(COUNT)};
    float *v[2] = {zeros(COUNT), zeros(COUNT)};
    float *start = numbers(COUNT, 27);
    for (int t = 1; t <= 10; t++) {
        ls_adam s = {.step_size = (float)(0.01 / (1.0 - pow(0.9, t))),
                     .root_scale = (float)(1.0 / sqrt(1.0 - pow(0.999, t))),
                     .beta1 = 0.9f,
                     .beta2 = 0.999f,
                     .eps = 1e-8f};
        float *g = numbers(COUNT, 30 + (uint64_t)t);
        reference()->adam(&s, COUNT, w[0], g, m[0], v[0]);
        backend->adam(&s, COUNT, w[1], g, m[1], v[1]);
        for (int i = 0; t == 1 && i < COUNT; i++) {
            float moved = w[1][i] - start[i];
            assert_true(fabsf(moved + copysignf(0.01f, g[i])) < 1e-5f);
        }
        drop(g, COUNT);
    }
    expect_near("adam w", w[1], w[0], COUNT, 1e-6);
    expect_near("adam m", m[1], m[0], COUNT, 1e-6);
    expect_near("adam v", v[1], v[0], COUNT, 1e-6);
    for (int i = 0; i < 2; i++) {
        drop(w[i], COUNT);
        drop(m[i], COUNT);
        drop(v[i], COUNT);
    }
    drop(start, COUNT);
}

static void check_sgd(const ls_backend *backend)
{
    float w[3] = {1.0f, 2.0f, 3.0f};
    float m[3] = {1.0f, 0.0f, -2.0f};
    static const float g[3] = {0.5f, 1.0f, 1.0f};
    static const float want_m[3] = {1.0f, 1.0f, 0.0f};
    static const float want_w[3] = {0.75f, 1.75f, 3.0f};
    ls_sgd s = {.lr = 0.25f, .momentum = 0.5f};
    backend->sgd(&s, 3, w, g, m);
    expect_near("sgd m", m, want_m, 3, 0.0);
    expect_near("sgd w", w, want_w, 3, 0.0);
}

static void optimizers(void **state)
{
    (void)state;
    check_adam(reference());
    check_sgd(reference());
    for_each_set(check_adam);
    for_each_set(check_sgd);
}

static void check_pixels(const ls_backend *backend)
{
    uint8_t pixels[259];
    for (int i = 0; i < 259; i++) {
        pixels[i] = (uint8_t)i;
    }
    float *x = zeros(259);
    backend->images_to_float(259, pixels, x);
    for (int i = 0; i < 259; i++) {
        assert_true(x[i] == (float)(i % 256) / 255.0f);
    }
    drop(x, 259);
}

static void pixels(void **state)
{
    (void)state;
    check_pixels(reference());
    for_each_set(check_pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracy), cmocka_unit_test(same_bits),  cmocka_unit_test(unary),
        cmocka_unit_test(mse),      cmocka_unit_test(optimizers), cmocka_unit_test(pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
