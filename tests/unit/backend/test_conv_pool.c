/* Convolution that rectifies and pools in the same pass: in every kernel set, every form and over
 * shapes with remainders, outputs have the bits of the three operations one after another, and so
 * has dx; weights' gradients lie as near to `ref` as those of the three. NaN, ties and windows
 * without a positive value are as in the three. */
#include "arrays.h"
#include "convolve.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

static uint8_t *bytes(int64_t count)
{
    void *memory;
    assert_int_equal(ls_alloc(&memory, (size_t)count, "a test"), LS_OK);
    return memory;
}

static ls_pool pool_of(const ls_conv *s)
{
    return (ls_pool){
        .h = s->p, .w = s->q, .c = s->o, .p = s->p / 2, .q = s->q / 2, .window = 2, .stride = 2};
}

/* What forward gives: y and which, [outputs / 4] each. */
typedef struct pooled {
    float *y;
    uint8_t *which;
} pooled;

static pooled one_pass(const ls_backend *backend, const operation *op, const float *x,
                       const float *w, const float *b)
{
    pooled out = {numbers(op->outputs / 4, 5), bytes(op->outputs / 4)};
    operation fused = *op;
    fused.shape.pools = true;
    forward_fused(backend, &fused, x, w, b, out.y, out.which);
    return out;
}

static pooled three_passes(const ls_backend *backend, const operation *op, const float *x,
                           const float *w, const float *b)
{
    pooled out = {numbers(op->outputs / 4, 5), bytes(op->outputs / 4)};
    const ls_pool pool = pool_of(&op->shape);
    float *full = numbers(op->outputs, 6);
    forward(backend, op, x, w, b, full);
    backend->unary_forward(LS_RELU, 0.0F, op->outputs, full, full);
    backend->maxpool_forward(&pool, op->n, full, out.y, out.which);
    for (int64_t i = 0; i < op->outputs / 4; i++) {
        out.which[i] = out.y[i] > 0.0F ? out.which[i] : LS_NO_PLACE;
    }
    drop(full, op->outputs);
    return out;
}

static void drop_pooled(const operation *op, pooled *p)
{
    drop(p->y, op->outputs / 4);
    ls_free(p->which);
}

static void compare_forward(const ls_backend *backend, const operation *op, const float *x,
                            const float *w, const float *b)
{
    pooled one = one_pass(backend, op, x, w, b);
    pooled three = three_passes(backend, op, x, w, b);
    for (int64_t i = 0; i < op->outputs / 4; i++) {
        if (memcmp(&one.y[i], &three.y[i], sizeof one.y[i]) != 0 ||
            one.which[i] != three.which[i]) {
            fail_msg("%s, form %d, %lld: %.9g from %d, but three passes give %.9g from %d",
                     op->name, (int)op->shape.form, (long long)i, one.y[i], one.which[i],
                     three.y[i], three.which[i]);
        }
    }
    drop_pooled(op, &one);
    drop_pooled(op, &three);
}

/* dx: NULL, or [inputs]. */
static void backward_one(const ls_backend *backend, const operation *op, const float *x,
                         const float *w, const float *dy, const uint8_t *which, float *dx,
                         float *dw, float *db)
{
    operation fused = *op;
    fused.shape.pools = true;
    backward_fused(backend, &fused, x, w, NULL, dy, which, dx, dw, db);
}

static void backward_three(const ls_backend *backend, const operation *op, const float *x,
                           const float *w, const float *dy, const uint8_t *which, float *dx,
                           float *dw, float *db)
{
    const ls_pool pool = pool_of(&op->shape);
    float *given = copy_of(dy, op->outputs / 4);
    float *full = numbers(op->outputs, 7);
    uint8_t *places = bytes(op->outputs / 4);
    for (int64_t i = 0; i < op->outputs / 4; i++) {
        places[i] = which[i] == LS_NO_PLACE ? 0 : which[i];
        given[i] = which[i] == LS_NO_PLACE ? 0.0F : given[i];
    }
    backend->maxpool_backward(&pool, op->n, places, given, full);
    backward(backend, op, x, w, full, dx, dw, db);
    drop(given, op->outputs / 4);
    drop(full, op->outputs);
    ls_free(places);
}

static void compare_backward(const ls_backend *backend, const operation *op, const float *x,
                             const float *w, const float *b)
{
    double bound = bound_of(backend, op);
    const int o = op->shape.o;
    pooled made = three_passes(backend, op, x, w, b);
    float *dy = numbers(op->outputs / 4, 8);
    float *dx[3];
    float *dw[3];
    float *db[3];
    for (int i = 0; i < 3; i++) { /* ref, one pass, three passes */
        dx[i] = numbers(op->inputs, 9 + (uint64_t)i);
        dw[i] = numbers(op->weights, 12);
        db[i] = numbers(o, 13);
        const ls_backend *now = i == 0 ? reference() : backend;
        if (i == 2) {
            backward_three(now, op, x, w, dy, made.which, dx[i], dw[i], db[i]);
        } else {
            backward_one(now, op, x, w, dy, made.which, dx[i], dw[i], db[i]);
        }
    }
    expect_near(op->name, dx[1], dx[0], op->inputs, bound);
    expect_near(op->name, dw[1], dw[0], op->weights, bound);
    expect_near(op->name, db[1], db[0], o, bound);
    assert_memory_equal(dx[1], dx[2], (size_t)op->inputs * sizeof(float));
    float *dw_alone = numbers(op->weights, 12); /* without dx another kernel may do it */
    float *db_alone = numbers(o, 13);
    backward_one(backend, op, x, w, dy, made.which, NULL, dw_alone, db_alone);
    expect_near(op->name, dw_alone, dw[0], op->weights, bound);
    expect_near(op->name, db_alone, db[0], o, bound);
    drop(dw_alone, op->weights);
    drop(db_alone, o);
    for (int i = 0; i < 3; i++) {
        drop(dx[i], op->inputs);
        drop(dw[i], op->weights);
        drop(db[i], o);
    }
    drop(dy, op->outputs / 4);
    drop_pooled(op, &made);
}

static void compare(const ls_backend *backend, operation op)
{
    float *x = numbers(op.inputs, 1);
    float *w = numbers(op.weights, 2);
    float *b = numbers(op.shape.o, 3);
    bool has_forms = op.shape.kernel == 3 && op.shape.stride == 1 && backend != reference();
    for (int form = LS_CONV_AUTO; form < (has_forms ? LS_CONV_FORMS : LS_CONV_AUTO + 1); form++) {
        op.shape.form = (ls_conv_form)form;
        compare_forward(backend, &op, x, w, b);
        compare_backward(backend, &op, x, w, b);
    }
    drop(x, op.inputs);
    drop(w, op.weights);
    drop(b, op.shape.o);
}

static void check_shapes(const ls_backend *backend)
{
    compare(backend, make("3 to 32", 3, 32, 32, 3, 32, 3, 1, 1, 0, false));
    compare(backend, make("few to many", 3, 14, 8, 4, 33, 3, 1, 1, 0, false));
    compare(backend, make("grey to 16", 3, 8, 10, 1, 16, 3, 1, 1, 0, false));
    compare(backend, make("32 to 64", 3, 16, 16, 32, 64, 3, 1, 1, 0, false));
    compare(backend, make("64 to 128", 2, 8, 8, 64, 128, 3, 1, 1, 0, false));
    compare(backend, make("no whole tiles", 2, 6, 10, 17, 33, 3, 1, 1, 0, false));
    compare(backend, make("few channels", 2, 10, 6, 5, 3, 3, 1, 1, 0, false));
    compare(backend, make("no padding", 2, 8, 12, 20, 40, 3, 1, 0, 0, false));
    compare(backend, make("wide padding", 2, 4, 4, 2, 18, 3, 1, 2, 0, false));
    compare(backend, make("kernel 5", 2, 8, 8, 3, 20, 5, 1, 2, 0, false));
    compare(backend, make("kernel 1", 2, 6, 4, 7, 9, 1, 1, 0, 0, false));
    compare(backend, make("stride 2", 2, 8, 8, 3, 20, 3, 2, 1, 0, false));
    compare(backend, make("one window", 1, 2, 2, 1, 1, 3, 1, 1, 0, false));
}

static void every_shape(void **state)
{
    (void)state;
    check_shapes(reference());
    for_each_set(check_shapes);
}

/* A 1 x 1 kernel of weight 1 hands the image on: windows with what is special about them. */
static void check_special(const ls_backend *backend)
{
    static const struct {
        float window[4];
        float y;
        uint8_t which;
    } cases[] = {
        {{1, 2, 4, 3}, 4, 2},
        {{-1, -2, -4, -3}, 0, LS_NO_PLACE},
        {{2, 5, 5, 5}, 5, 1},
        {{0, 0, 0, 0}, 0, LS_NO_PLACE},
        {{-1, 0, -1, 7}, 7, 3},
        {{1, NAN, 2, NAN}, NAN, LS_NO_PLACE},
        {{NAN, 1, 2, 3}, NAN, LS_NO_PLACE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        operation op = make("window", 1, 2, 2, 1, 1, 1, 1, 0, 0, false);
        const float w[1] = {1};
        const float b[1] = {0};
        op.shape.pools = true;
        float y[1];
        uint8_t which[1];
        forward_fused(backend, &op, cases[i].window, w, b, y, which);
        assert_int_equal(which[0], cases[i].which);
        assert_true(isnan(cases[i].y) ? isnan(y[0]) : y[0] == cases[i].y);
    }
}

static void special_windows(void **state)
{
    (void)state;
    check_special(reference());
    for_each_set(check_special);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape),
        cmocka_unit_test(special_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
