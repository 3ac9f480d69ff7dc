/* Convolution and transposed convolution: `ref` against sums by hand and against the law that they
 * are adjoint; every kernel set of `cpu` and every form of convolution against `ref` over a table
 * of shapes, with the laws of gradients (parameters +=, inputs =, dx may be absent) and no write
 * behind an array. */
#include "arrays.h"
#include "convolve.h"
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

static void compare(const ls_backend *backend, const operation *op)
{
    double bound = bound_of(backend, op);
    const ls_backend *ref = reference();
    int o = op->shape.o;
    float *x = numbers(op->inputs, 1);
    float *w = numbers(op->weights, 2);
    float *b = numbers(o, 3);
    float *dy = numbers(op->outputs, 4);
    float *y[2];
    float *dx[2];
    float *dw[2];
    float *db[2];
    for (int i = 0; i < 2; i++) {
        const ls_backend *now = i == 0 ? ref : backend;
        y[i] = numbers(op->outputs, 5 + (uint64_t)i); /* must be overwritten, as dx must */
        dx[i] = numbers(op->inputs, 7 + (uint64_t)i);
        dw[i] = numbers(op->weights, 9); /* must be added to */
        db[i] = numbers(o, 10);
        forward(now, op, x, w, b, y[i]);
        backward(now, op, x, w, dy, dx[i], dw[i], db[i]);
    }
    expect_near(op->name, y[1], y[0], op->outputs, bound);
    expect_near(op->name, dx[1], dx[0], op->inputs, bound);
    expect_near(op->name, dw[1], dw[0], op->weights, bound);
    expect_near(op->name, db[1], db[0], o, bound);
    float *dw_alone = numbers(op->weights, 9); /* without dx: the same bits */
    float *db_alone = numbers(o, 10);
    backward(backend, op, x, w, dy, NULL, dw_alone, db_alone);
    assert_memory_equal(dw_alone, dw[1], (size_t)op->weights * sizeof(float));
    assert_memory_equal(db_alone, db[1], (size_t)o * sizeof(float));
    drop(dw_alone, op->weights);
    drop(db_alone, o);
    for (int i = 0; i < 2; i++) {
        drop(y[i], op->outputs);
        drop(dx[i], op->inputs);
        drop(dw[i], op->weights);
        drop(db[i], o);
    }
    drop(x, op->inputs);
    drop(w, op->weights);
    drop(b, o);
    drop(dy, op->outputs);
}

/* In every form that the shape may take. */
static void compare_forms(const ls_backend *backend, const operation *op)
{
    compare(backend, op);
    for (int form = LS_CONV_DIRECT; may_filter(op) && form < LS_CONV_FORMS; form++) {
        operation now = *op;
        now.shape.form = (ls_conv_form)form;
        compare(backend, &now);
    }
}

static void check_grid(const ls_backend *backend)
{
    for (int kernel = 1; kernel <= 7; kernel++) {
        for (int stride = 1; stride <= 3; stride++) {
            for (int pad = 0; pad <= 3; pad++) {
                char name[64];
                snprintf(name, sizeof name, "%s K %d stride %d pad %d",
                         ls_isa_name((ls_isa)backend->isa), kernel, stride, pad);
                operation op = make(name, 3, 8, 7, 3, 5, kernel, stride, pad, 0, false);
                compare_forms(backend, &op);
                if (4 * stride + kernel > 2 * pad) {
                    op = make(name, 3, 5, 6, 3, 5, kernel, stride, pad, stride > 1, true);
                    compare_forms(backend, &op);
                }
            }
        }
    }
}

static void check_channels(const ls_backend *backend)
{
    static const int channels[] = {1, 2, 3, 4, 8, 15, 16, 17, 32, 33, 48, 65, 128};
    int count = (int)(sizeof channels / sizeof channels[0]);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            char name[64];
            snprintf(name, sizeof name, "%s C %d O %d", ls_isa_name((ls_isa)backend->isa),
                     channels[i], channels[j]);
            operation op = make(name, 2, 5, 7, channels[i], channels[j], 3, 1, 1, 0, false);
            compare_forms(backend, &op);
            op = make(name, 2, 3, 4, channels[i], channels[j], 3, 2, 1, 1, true);
            compare_forms(backend, &op);
        }
    }
}

static void check_network(const ls_backend *backend)
{
    const operation layers[] = {
        make("conv 3 to 32", 13, 32, 32, 3, 32, 3, 1, 1, 0, false),
        make("few channels, no padding, tiles over the edge", 3, 13, 9, 3, 33, 3, 1, 0, 0, false),
        make("few channels, wide padding", 2, 6, 11, 4, 48, 3, 1, 2, 0, false),
        make("few channels, less than a tile", 2, 2, 2, 2, 17, 3, 1, 2, 0, false),
        make("few channels, lines of tiles", 2, 20, 12, 2, 16, 3, 1, 1, 0, false),
        make("conv 32 to 64", 5, 16, 16, 32, 64, 3, 1, 1, 0, false),
        make("conv 64 to 128", 13, 8, 8, 64, 128, 3, 1, 1, 0, false),
        make("Winograd over lines of tiles", 3, 20, 12, 32, 32, 3, 1, 1, 0, false),
        make("one tile", 1, 4, 4, 32, 32, 3, 1, 1, 0, false),
        make("tiles, not square", 3, 12, 20, 96, 64, 3, 1, 1, 0, false),
        make("many channels", 2, 4, 8, 256, 160, 3, 1, 1, 0, false),
        make("no whole tiles", 2, 6, 8, 32, 32, 3, 1, 1, 0, false),
        make("no whole panels", 2, 8, 8, 48, 32, 3, 1, 1, 0, false),
        make("deconv 128 to 64", 13, 4, 4, 128, 64, 3, 2, 1, 1, true),
        make("deconv 64 to 32", 5, 8, 8, 64, 32, 3, 2, 1, 1, true),
        make("deconv, several blocks of tiles", 3, 16, 12, 32, 32, 3, 2, 1, 1, true),
        make("deconv, no whole tiles or panels", 3, 9, 6, 48, 40, 3, 2, 1, 0, true),
        make("deconv, one place to four", 2, 1, 1, 20, 17, 3, 2, 1, 1, true),
        make("deconv, one place to one", 2, 1, 1, 20, 17, 3, 2, 1, 0, true),
        make("deconv, a line", 2, 1, 5, 16, 16, 3, 2, 1, 0, true),
        make("deconv 32 to 3", 7, 16, 16, 32, 3, 3, 2, 1, 1, true),
        make("conv 32 to 3", 5, 32, 32, 32, 3, 3, 1, 1, 0, false),
        make("few outputs, kernel 5, no padding", 2, 9, 7, 20, 2, 5, 1, 0, 0, false),
        make("few outputs, even kernel, wide padding", 2, 5, 6, 13, 1, 4, 1, 3, 0, false),
        make("one place", 1, 1, 1, 1, 1, 1, 1, 0, 0, false),
        make("one place", 1, 1, 1, 1, 1, 1, 1, 0, 0, true),
        make("kernel over the whole image", 2, 3, 3, 4, 4, 7, 1, 3, 0, false),
        make("outputs in the padding alone", 1, 1, 1, 2, 3, 1, 1, 3, 0, false),
    };
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        compare_forms(backend, &layers[i]);
    }
}

/* An image's y and dx have the same bits wherever it stands in a batch of whatever size. */
static void compare_alone(const ls_backend *backend, int h, int c, int o, int stride,
                          bool transposed, ls_conv_form form)
{
    operation all = make("batch", 7, h, h, c, o, 3, stride, 1, transposed, transposed);
    operation one = make("alone", 1, h, h, c, o, 3, stride, 1, transposed, transposed);
    all.shape.form = form;
    one.shape.form = form;
    float *x = numbers(all.inputs, 1);
    float *w = numbers(all.weights, 2);
    float *b = numbers(o, 3);
    float *dy = numbers(all.outputs, 4);
    float *y = zeros(all.outputs);
    float *dx = zeros(all.inputs);
    float *y_alone = zeros(one.outputs);
    float *dx_alone = zeros(one.inputs);
    float *dw = zeros(all.weights);
    float *db = zeros(o);
    forward(backend, &all, x, w, b, y);
    backward(backend, &all, x, w, dy, dx, dw, db);
    for (int k = 0; k < all.n; k++) {
        forward(backend, &one, x + k * one.inputs, w, b, y_alone);
        backward(backend, &one, x + k * one.inputs, w, dy + k * one.outputs, dx_alone, dw, db);
        assert_memory_equal(y_alone, y + k * one.outputs, (size_t)one.outputs * sizeof(float));
        assert_memory_equal(dx_alone, dx + k * one.inputs, (size_t)one.inputs * sizeof(float));
    }
    drop(x, all.inputs);
    drop(w, all.weights);
    drop(b, o);
    drop(dy, all.outputs);
    drop(y, all.outputs);
    drop(dx, all.inputs);
    drop(y_alone, one.outputs);
    drop(dx_alone, one.inputs);
    drop(dw, all.weights);
    drop(db, o);
}

static void check_alone(const ls_backend *backend)
{
    compare_alone(backend, 8, 32, 3, 1, false, LS_CONV_AUTO);
    compare_alone(backend, 8, 32, 64, 1, false, LS_CONV_WINOGRAD4);
    compare_alone(backend, 9, 17, 33, 1, false, LS_CONV_WINOGRAD4);
    compare_alone(backend, 9, 17, 33, 1, false, LS_CONV_WINOGRAD2);
    compare_alone(backend, 9, 3, 32, 1, false, LS_CONV_AUTO);
    compare_alone(backend, 9, 3, 32, 1, false, LS_CONV_DIRECT);
    compare_alone(backend, 9, 17, 33, 2, false, LS_CONV_AUTO);
    compare_alone(backend, 4, 40, 32, 2, true, LS_CONV_AUTO);
    compare_alone(backend, 9, 17, 33, 2, true, LS_CONV_WINOGRAD4);
    compare_alone(backend, 9, 17, 33, 2, true, LS_CONV_WINOGRAD2);
    compare_alone(backend, 9, 17, 33, 2, true, LS_CONV_DIRECT);
    compare_alone(backend, 5, 32, 3, 2, true, LS_CONV_AUTO);
}

static void alone(void **state)
{
    (void)state;
    for_each_set(check_alone);
}

static void grid(void **state)
{
    (void)state;
    for_each_set(check_grid);
}

static void channels(void **state)
{
    (void)state;
    for_each_set(check_channels);
}

static void network(void **state)
{
    (void)state;
    for_each_set(check_network);
}

/* By hand: 2x2 kernel over a 3x3 image, padded by 1, stride 2. */
static void ref_by_hand(void **state)
{
    (void)state;
    static const float x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float w[4] = {1, 10, 100, 1000};
    static const float b[1] = {0.5f};
    operation op = make("by hand", 1, 3, 3, 1, 1, 2, 2, 1, 0, false);
    float y[4];
    forward(reference(), &op, x, w, b, y);
    static const float want[4] = {1000.5f, 3200.5f, 7040.5f, 9865.5f};
    expect_near(op.name, y, want, 4, 0.0);
    /* Transposed: a 1x2 image, kernel 2, stride 1; each input spreads w[i,j] * x. */
    static const float two[2] = {1, 3};
    op = make("by hand, transposed", 1, 1, 2, 1, 1, 2, 1, 0, 0, true);
    float spread[6];
    forward(reference(), &op, two, w, b, spread);
    static const float want_spread[6] = {1.5f, 13.5f, 30.5f, 100.5f, 1300.5f, 3000.5f};
    expect_near(op.name, spread, want_spread, 6, 0.0);
}

/* The law that fixes every backward pass: y is linear in x and in w, so <dy, y(x, w)> without the
 * bias equals <dx, x> and <dw, w>. */
static void ref_adjoint(void **state)
{
    (void)state;
    for (int transposed = 0; transposed < 2; transposed++) {
        operation op = make("adjoint", 2, 5, 4, 3, 2, 3, 2, 1, transposed, transposed != 0);
        float *x = numbers(op.inputs, 1);
        float *w = numbers(op.weights, 2);
        float *dy = numbers(op.outputs, 3);
        float *y = zeros(op.outputs);
        float *dx = zeros(op.inputs);
        float *dw = zeros(op.weights);
        float b[2] = {0};
        float db[2] = {0};
        forward(reference(), &op, x, w, b, y);
        backward(reference(), &op, x, w, dy, dx, dw, db);
        double by_y = 0.0;
        double by_x = 0.0;
        double by_w = 0.0;
        double sums[2] = {0.0};
        for (int64_t i = 0; i < op.outputs; i++) {
            by_y += (double)y[i] * dy[i];
            sums[i % 2] += dy[i];
        }
        for (int64_t i = 0; i < op.inputs; i++) {
            by_x += (double)x[i] * dx[i];
        }
        for (int64_t i = 0; i < op.weights; i++) {
            by_w += (double)w[i] * dw[i];
        }
        assert_float_equal(by_x, by_y, 1e-5);
        assert_float_equal(by_w, by_y, 1e-5);
        assert_float_equal(db[0], sums[0], 1e-5);
        assert_float_equal(db[1], sums[1], 1e-5);
        drop(x, op.inputs);
        drop(w, op.weights);
        drop(dy, op.outputs);
        drop(y, op.outputs);
        drop(dx, op.inputs);
        drop(dw, op.weights);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ref_by_hand), cmocka_unit_test(ref_adjoint), cmocka_unit_test(network),
        cmocka_unit_test(channels),    cmocka_unit_test(grid),        cmocka_unit_test(alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
