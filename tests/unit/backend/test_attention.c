/* What attention is made of: products in all four ways that matrices can lie, softmax and its
 * gradient, the mean and the maximum along an axis, gates. `ref` and every kernel set of `cpu` by
 * hand; `cpu` beside `ref` in sizes that end within a vector; in place; NaN is never hidden. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <math.h>

static void check_product(const ls_backend *backend)
{
    /* a = [1 2 3; 4 5 6] and b = [1 0; 2 1; 0 3] lie with a spare value behind each row */
    static const float a[2][8] = {{1, 2, 3, 90, 4, 5, 6, 90}, {1, 4, 90, 2, 5, 90, 3, 6}};
    static const float b[2][9] = {{1, 0, 90, 2, 1, 90, 0, 3, 90}, {1, 2, 0, 90, 0, 1, 3, 90}};
    static const float want[4] = {2 * 5 + 3, 2 * 11 + 3, 2 * 14 + 3, 2 * 23 + 3};
    for (int way = 0; way < 4; way++) {
        const bool a_turned = way % 2 == 1;
        const bool b_turned = way / 2 == 1;
        const ls_matmul s = {.m = 2,
                             .n = 2,
                             .k = 3,
                             .a_row = a_turned ? 3 : 4,
                             .b_row = b_turned ? 4 : 3,
                             .z_row = 3,
                             .a_turned = a_turned,
                             .b_turned = b_turned,
                             .scale = 2,
                             .keep = 3};
        float z[5] = {1, 1, 90, 1, 1};
        backend->matmul(&s, a[a_turned], b[b_turned], z);
        assert_true(z[0] == want[0] && z[1] == want[1] && z[3] == want[2] && z[4] == want[3]);
        assert_true(z[2] == 90);
        ls_matmul fresh = s;
        fresh.keep = 0;
        z[0] = NAN; /* is not read */
        backend->matmul(&fresh, a[a_turned], b[b_turned], z);
        assert_true(z[0] == want[0] - 3);
    }
}

static void products(void **state)
{
    (void)state;
    check_product(reference());
    for_each_set(check_product);
}

/* --- softmax ---------------------------------------------------------------------------------- */

static void check_softmax_by_hand(const ls_backend *backend)
{
    float x[6] = {500, 500 + (float)log(3.0), -INFINITY, NAN, 1, 2};
    backend->softmax_forward(2, 3, x, x);
    assert_true(fabsf(x[0] - 0.25f) < 1e-5f && fabsf(x[1] - 0.75f) < 1e-5f);
    assert_true(x[2] < 1e-37f && isnan(x[3]) && isnan(x[4]) && isnan(x[5]));
    static const float y[2] = {0.25f, 0.75f};
    float dx[2] = {8, 4}; /* their mean by y is 5 */
    backend->softmax_backward(1, 2, y, dx, dx);
    assert_true(dx[0] == 0.75f && dx[1] == -0.75f);
}

static void check_softmax(const ls_backend *backend)
{
    const ls_backend *portable;
    assert_int_equal(ls_backend_find(&portable, "cpu", LS_ISA_PORTABLE), LS_OK);
    for (int columns = 1; columns < 70; columns += columns < 36 ? 1 : 11) {
        int64_t count = 5 * columns;
        float *x = numbers(count, 31);
        float *dy = numbers(count, 32);
        float *y[3] = {zeros(count), zeros(count), zeros(count)};
        float *dx[3] = {zeros(count), zeros(count), zeros(count)};
        const ls_backend *backends[3] = {reference(), portable, backend};
        for (int64_t i = 0; i < count; i++) {
            x[i] *= 12;
        }
        for (int i = 0; i < 3; i++) {
            backends[i]->softmax_forward(5, columns, x, y[i]);
            backends[i]->softmax_backward(5, columns, y[i], dy, dx[i]);
        }
        expect_near("softmax", y[2], y[0], count, 1e-6);
        expect_near("softmax's gradient", dx[2], dx[0], count, 1e-5);
        assert_memory_equal(y[2], y[1], sizeof(float) * (size_t)count);
        assert_memory_equal(dx[2], dx[1], sizeof(float) * (size_t)count);
        for (int i = 0; i < 3; i++) {
            drop(y[i], count);
            drop(dx[i], count);
        }
        drop(x, count);
        drop(dy, count);
    }
}

static void softmax(void **state)
{
    (void)state;
    check_softmax_by_hand(reference());
    for_each_set(check_softmax_by_hand);
    for_each_set(check_softmax);
}

/* --- axes ------------------------------------------------------------------------------------- */

/* Three places of two channels, and the same numbers as two places of three. */
static void check_axes_by_hand(const ls_backend *backend)
{
    static const float x[6] = {1, 6, 5, -2, 5, 2};
    float mean[2];
    float most[2];
    int which[2];
    const ls_axis places = {.outer = 1, .middle = 3, .inner = 2};
    backend->squeeze_forward(&places, x, mean, most, which);
    assert_true(fabsf(mean[0] - 11.0f / 3) < 1e-6f && mean[1] == 2);
    assert_true(most[0] == 5 && which[0] == 1 && most[1] == 6 && which[1] == 0);
    const ls_axis channels = {.outer = 2, .middle = 3, .inner = 1};
    backend->squeeze_forward(&channels, x, mean, most, which);
    assert_true(mean[0] == 4 && fabsf(mean[1] - 5.0f / 3) < 1e-6f);
    assert_true(most[0] == 6 && which[0] == 1 && most[1] == 5 && which[1] == 1);

    float dx[6] = {1, 1, 1, 1, 1, 1};
    static const float dmean[2] = {3, 6};
    static const float dmost[2] = {10, 20};
    static const float want[6] = {2, 12, 2, 3, 23, 3};
    backend->squeeze_backward(&channels, which, dmean, dmost, dx);
    expect_near("dx of means and maxima", dx, want, 6, 1e-6);

    static const float gate[2] = {2, -1};
    static const float want_y[6] = {2, -6, 10, 2, 10, -2};
    float y[6];
    float dgate[2];
    float dy[6] = {1, 2, 3, 4, 5, 6};
    backend->gate_forward(&places, x, gate, y);
    expect_near("gated", y, want_y, 6, 0.0);
    backend->gate_backward(&places, x, gate, dy, dy, dgate);
    static const float want_dx[6] = {2, -2, 6, -4, 10, -6};
    assert_true(dgate[0] == 1 + 15 + 25 && dgate[1] == 12 - 8 + 12);
    expect_near("dx of a gate", dy, want_dx, 6, 0.0);
}

static void check_faults_show(const ls_backend *backend)
{
    static const float x[4] = {1, NAN, 7, NAN};
    float mean;
    float most;
    int which;
    const ls_axis line = {.outer = 1, .middle = 4, .inner = 1};
    backend->squeeze_forward(&line, x, &mean, &most, &which);
    assert_true(isnan(mean) && isnan(most) && which == 1);
}

static void check_axes(const ls_backend *backend)
{
    static const ls_axis axes[] = {{2, 49, 3}, {1, 5, 33}, {37, 50, 1}, {3, 1, 16}, {5, 16, 1}};
    for (int k = 0; k < 5; k++) {
        const ls_axis s = axes[k];
        int64_t few = s.outer * s.inner;
        int64_t count = few * s.middle;
        float *x = numbers(count, 33);
        float *dy = numbers(count, 34);
        float *gate = numbers(few, 35);
        float *mean[2] = {zeros(few), zeros(few)};
        float *most[2] = {zeros(few), zeros(few)};
        float *dgate[2] = {zeros(few), zeros(few)};
        float *dx[2] = {zeros(count), zeros(count)};
        int which[2][64];
        const ls_backend *backends[2] = {reference(), backend};
        for (int i = 0; i < 2; i++) {
            backends[i]->squeeze_forward(&s, x, mean[i], most[i], which[i]);
            backends[i]->gate_backward(&s, x, gate, dy, NULL, dgate[i]);
            backends[i]->gate_backward(&s, x, gate, dy, dx[i], dgate[i]);
            backends[i]->squeeze_backward(&s, which[i], gate, mean[0], dx[i]);
        }
        expect_near("mean", mean[1], mean[0], few, 1e-6);
        expect_near("most", most[1], most[0], few, 0.0);
        expect_near("dgate", dgate[1], dgate[0], few, 2e-6);
        expect_near("dx", dx[1], dx[0], count, 1e-6);
        assert_memory_equal(which[1], which[0], sizeof(int) * (size_t)few);
        for (int i = 0; i < 2; i++) {
            drop(mean[i], few);
            drop(most[i], few);
            drop(dgate[i], few);
            drop(dx[i], count);
        }
        drop(gate, few);
        drop(dy, count);
        drop(x, count);
    }
}

static void axes(void **state)
{
    (void)state;
    check_axes_by_hand(reference());
    check_faults_show(reference());
    for_each_set(check_axes_by_hand);
    for_each_set(check_faults_show);
    for_each_set(check_axes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products),
        cmocka_unit_test(softmax),
        cmocka_unit_test(axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
