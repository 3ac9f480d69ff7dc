/* Transposed convolution that rectifies in the same pass: in every kernel set and form that does
 * so, over shapes with remainders, outputs and all gradients have the bits of the two operations
 * one after another, with and without dx; a NaN reaches the outputs that it reaches apart. Direct
 * products do not rectify. */
#include "arrays.h"
#include "convolve.h"
#include "unit/cmocka_all.h"

#include <math.h>
#include <string.h>

static operation rectifying(const operation *op)
{
    operation fused = *op;
    fused.shape.rectifies = true;
    return fused;
}

static void expect_bits(const char *what, const float *got, const float *want, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        bool both_nan = got[i] != got[i] && want[i] != want[i];
        if (!both_nan && memcmp(&got[i], &want[i], sizeof got[i]) != 0) {
            fail_msg("%s[%lld]: %.9g in one pass, %.9g in two", what, (long long)i, got[i],
                     want[i]);
        }
    }
}

/* Gradients of weights and biases are added to what stands there. */
typedef struct gradients {
    float *dx, *dw, *db;
} gradients;

static gradients open_gradients(const operation *op, bool with_dx)
{
    return (gradients){with_dx ? numbers(op->inputs, 1) : NULL, numbers(op->weights, 2),
                       numbers(op->shape.o, 3)};
}

static void compare_backward(const ls_backend *backend, const operation *op, const float *x,
                             const float *w, const float *y, bool with_dx)
{
    const operation fused = rectifying(op);
    float *dy = numbers(op->outputs, 4);
    float *masked = numbers(op->outputs, 5);
    gradients one = open_gradients(op, with_dx);
    gradients two = open_gradients(op, with_dx);
    backward_fused(backend, &fused, x, w, y, dy, NULL, one.dx, one.dw, one.db);
    backend->unary_backward(LS_RELU, 0.0F, op->outputs, y, dy, masked);
    backward(backend, op, x, w, masked, two.dx, two.dw, two.db);
    if (with_dx) {
        expect_bits("dx", one.dx, two.dx, op->inputs);
        drop(one.dx, op->inputs);
        drop(two.dx, op->inputs);
    }
    expect_bits("dw", one.dw, two.dw, op->weights);
    expect_bits("db", one.db, two.db, op->shape.o);
    drop(one.dw, op->weights);
    drop(two.dw, op->weights);
    drop(one.db, op->shape.o);
    drop(two.db, op->shape.o);
    drop(dy, op->outputs);
    drop(masked, op->outputs);
}

static void compare(const ls_backend *backend, const operation *op, float first)
{
    const operation fused = rectifying(op);
    float *x = numbers(op->inputs, 6);
    float *w = numbers(op->weights, 7);
    float *b = numbers(op->shape.o, 8);
    float *y = numbers(op->outputs, 9);
    float *two = numbers(op->outputs, 10);
    x[0] = first;
    forward_fused(backend, &fused, x, w, b, y, NULL);
    forward(backend, op, x, w, b, two);
    backend->unary_forward(LS_RELU, 0.0F, op->outputs, two, two);
    expect_bits("y", y, two, op->outputs);
    compare_backward(backend, op, x, w, y, true);
    compare_backward(backend, op, x, w, y, false);
    drop(x, op->inputs);
    drop(w, op->weights);
    drop(b, op->shape.o);
    drop(y, op->outputs);
    drop(two, op->outputs);
}

static void check_shape(const ls_backend *backend, int n, int h, int w, int c, int o)
{
    static const ls_conv_form forms[] = {LS_CONV_AUTO, LS_CONV_WINOGRAD2, LS_CONV_WINOGRAD4};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        operation op = make("deconv and relu", n, h, w, c, o, 3, 2, 1, 1, true);
        op.shape.form = forms[i];
        if (backend->deconv_rectifies(&op.shape)) {
            compare(backend, &op, 0.5F);
            compare(backend, &op, NAN);
        }
    }
    operation direct = make("direct", n, h, w, c, o, 3, 2, 1, 1, true);
    direct.shape.form = LS_CONV_DIRECT;
    assert_false(backend->deconv_rectifies(&direct.shape));
}

static void check_set(const ls_backend *backend)
{
    operation deep = make("deep", 1, 4, 4, 128, 64, 3, 2, 1, 1, true);
    assert_true(backend->deconv_rectifies(&deep.shape));
    for (int size = 1; size <= 9; size++) {
        check_shape(backend, 1 + size % 3, size, 10 - size, 16 + size % 2, 15 + size % 5);
    }
    check_shape(backend, 16, 4, 4, 128, 64);
    check_shape(backend, 3, 8, 8, 64, 32);
}

static void one_pass_is_two(void **state)
{
    (void)state;
    for_each_set(check_set);
    assert_null(reference()->deconv_rectifies);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_is_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
