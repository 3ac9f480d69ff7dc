/* Whose small products a run takes changes no bit: with libxsmm's, convolutions in every form,
 * transposed ones and dense layers give the bits of own ones. What can't be had is refused, with
 * the reason and the cure; `auto` takes what can be had. */
#include "arrays.h"
#include "convolve.h"
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

typedef struct pair {
    const ls_backend *own, *xsmm;
} pair;

/* Skips where there is no libxsmm, or no CPU for it; own and xsmm are tables of their own. */
static pair both(void)
{
    pair p;
    if (ls_isa_detect() != LS_ISA_AVX512) {
        print_message("skipped: libxsmm serves AVX-512 alone, and this CPU has none\n");
        skip();
    }
    assert_int_equal(ls_backend_find(&p.own, "cpu", LS_ISA_AVX512), LS_OK);
    assert_string_equal(p.own->products, "own");
    if (ls_backend_with_products(&p.xsmm, p.own, "libxsmm") != LS_OK) {
        print_message("skipped: %s\n", ls_error_message());
        skip();
    }
    assert_string_equal(p.xsmm->products, "libxsmm");
    return p;
}

static void expect_same(const char *what, const float *a, const float *b, int64_t count)
{
    if (memcmp(a, b, (size_t)count * sizeof *a) != 0) {
        fail_msg("%s: libxsmm's products give other bits", what);
    }
}

static void compare(const pair *p, const operation *op)
{
    float *x = numbers(op->inputs, 1);
    float *w = numbers(op->weights, 2);
    float *b = numbers(op->shape.o, 3);
    float *dy = numbers(op->outputs, 4);
    float *y[2];
    float *dx[2];
    float *dw[2];
    float *db[2];
    for (int i = 0; i < 2; i++) {
        const ls_backend *now = i == 0 ? p->own : p->xsmm;
        y[i] = numbers(op->outputs, 5);
        dx[i] = numbers(op->inputs, 7);
        dw[i] = numbers(op->weights, 9);
        db[i] = numbers(op->shape.o, 10);
        forward(now, op, x, w, b, y[i]);
        backward(now, op, x, w, dy, dx[i], dw[i], db[i]);
    }
    expect_same(op->name, y[0], y[1], op->outputs);
    expect_same(op->name, dx[0], dx[1], op->inputs);
    expect_same(op->name, dw[0], dw[1], op->weights);
    expect_same(op->name, db[0], db[1], op->shape.o);
    for (int i = 0; i < 2; i++) {
        drop(y[i], op->outputs);
        drop(dx[i], op->inputs);
        drop(dw[i], op->weights);
        drop(db[i], op->shape.o);
    }
    drop(x, op->inputs);
    drop(w, op->weights);
    drop(b, op->shape.o);
    drop(dy, op->outputs);
}

static void convolutions(void **state)
{
    (void)state;
    static const int channels[] = {1, 3, 16, 31, 32, 33, 64, 96, 128, 160};
    const pair p = both();
    int count = (int)(sizeof channels / sizeof channels[0]);
    for (int i = 0; i < count * count; i++) {
        int c = channels[i / count];
        int o = channels[i % count];
        char name[64];
        for (int form = LS_CONV_AUTO; form < LS_CONV_FORMS; form++) {
            snprintf(name, sizeof name, "conv %d to %d, form %d", c, o, form);
            operation op = make(name, 3, 8, 11, c, o, 3, 1, 1, 0, false);
            op.shape.form = (ls_conv_form)form;
            compare(&p, &op);
        }
        snprintf(name, sizeof name, "deconv %d to %d", c, o);
        operation op = make(name, 2, 3, 4, c, o, 3, 2, 1, 1, true);
        compare(&p, &op);
    }
}

static void one_image_lines(void **state) /* whose outer products run over several lines */
{
    (void)state;
    const pair p = both();
    for (int kernel = 1; kernel <= 5; kernel += 2) {
        for (int stride = 1; stride <= 2; stride++) {
            operation op =
                make("one image", 1, 17, 13, 64, 64, kernel, stride, kernel / 2, 0, false);
            op.shape.form = LS_CONV_DIRECT;
            compare(&p, &op);
        }
    }
}

static void dense_layers(void **state)
{
    (void)state;
    static const int widths[] = {32, 96, 128, 2048};
    const pair p = both();
    for (int i = 0; i < 16; i++) {
        int in = widths[i / 4];
        int out = widths[i % 4];
        int n = 13;
        float *x = numbers((int64_t)n * in, 1);
        float *dy = numbers((int64_t)n * out, 2);
        float *dw[2];
        const ls_lane_rows lane = {.n = n, .x = x, .dy = dy};
        const ls_dense_sum sum = {.in = in,
                                  .out = out,
                                  .rows = in,
                                  .x_pitch = in,
                                  .dy_pitch = out,
                                  .lanes = 1,
                                  .lane = &lane};
        for (int k = 0; k < 2; k++) {
            dw[k] = numbers((int64_t)in * out, 3);
            (k == 0 ? p.own : p.xsmm)->dense_sum(&sum, &(ls_lane_sums){.g = dw[k]});
        }
        expect_same("dense dw", dw[0], dw[1], (int64_t)in * out);
        drop(dw[0], (int64_t)in * out);
        drop(dw[1], (int64_t)in * out);
        drop(x, (int64_t)n * in);
        drop(dy, (int64_t)n * out);
    }
}

static void refusals(void **state)
{
    (void)state;
    const ls_backend *portable;
    const ls_backend *out = NULL;
    assert_int_equal(ls_backend_find(&portable, "cpu", LS_ISA_PORTABLE), LS_OK);
    assert_int_equal(ls_backend_with_products(&out, portable, "libxsmm"), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "avx512 kernels alone"));
    assert_int_equal(ls_backend_with_products(&out, portable, "mkl"), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "must be auto, own or libxsmm"));
    assert_int_equal(ls_backend_with_products(&out, portable, "auto"), LS_OK);
    assert_ptr_equal(out, portable);
    assert_int_equal(ls_backend_with_products(&out, reference(), "auto"), LS_OK);
    assert_ptr_equal(out, reference());
}

/* Another form of convolution keeps whose the products are. */
static void forms(void **state)
{
    (void)state;
    const pair p = both();
    const ls_backend *out = NULL;
    assert_int_equal(ls_backend_with_conv(&out, p.xsmm, "winograd2"), LS_OK);
    assert_string_equal(out->products, "libxsmm");
    assert_int_equal(out->conv_form, LS_CONV_WINOGRAD2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions), cmocka_unit_test(one_image_lines),
        cmocka_unit_test(dense_layers), cmocka_unit_test(refusals),
        cmocka_unit_test(forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
