/* The dense layer and max pooling: `ref` by hand, every kernel set of `cpu` against `ref`. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

/* Weights as the backend wants them; of `count` floats, 0 = as they are. */
static float *pack(const ls_backend *backend, int in, int out, bool backward, const float *w,
                   int64_t *count)
{
    bool packs = backend->dense_packed != NULL;
    *count = packs ? (int64_t)(backend->dense_packed(in, out, backward) / sizeof(float)) : 0;
    float *packed = numbers(*count, 61);
    if (*count > 0) {
        backend->dense_pack(in, out, backward, w, packed);
    }
    return packed;
}

static void dense_forward(const ls_backend *backend, int n, int in, int out, const float *x,
                          const float *w, const float *b, float *y)
{
    int64_t count;
    float *packed = pack(backend, in, out, false, w, &count);
    backend->dense_forward(n, in, out, x, count > 0 ? packed : w, b, y);
    drop(packed, count);
}

static void dense_dx(const ls_backend *backend, int n, int in, int out, const float *w,
                     const float *dy, float *dx)
{
    int64_t count;
    float *packed = pack(backend, in, out, true, w, &count);
    backend->dense_dx(n, in, out, count > 0 ? packed : w, dy, dx);
    drop(packed, count);
}

static void compare_dense(const ls_backend *backend, int n, int in, int out)
{
    int64_t weights = (int64_t)in * out;
    float *x = numbers((int64_t)n * in, 51);
    float *w = numbers(weights, 52);
    float *b = numbers(out, 53);
    float *dy = numbers((int64_t)n * out, 54);
    float *y[2];
    float *dx[2];
    float *dw[2];
    float *db[2];
    for (int i = 0; i < 2; i++) {
        const ls_backend *now = i == 0 ? reference() : backend;
        dw[i] = numbers(weights, 55);
        db[i] = numbers(out, 56);
        y[i] = numbers((int64_t)n * out, 57 + (uint64_t)i);
        dx[i] = numbers((int64_t)n * in, 59 + (uint64_t)i);
        dense_forward(now, n, in, out, x, w, b, y[i]);
        dense_dx(now, n, in, out, w, dy, dx[i]);
        now->dense_dw(n, in, out, x, dy, dw[i]);
        now->dense_db(n, out, dy, db[i]);
    }
    expect_near("dense y", y[1], y[0], (int64_t)n * out, 1e-5);
    expect_near("dense dx", dx[1], dx[0], (int64_t)n * in, 1e-5);
    expect_near("dense dw", dw[1], dw[0], weights, 1e-5);
    expect_near("dense db", db[1], db[0], out, 1e-5);
    for (int i = 0; i < 2; i++) {
        drop(dw[i], weights);
        drop(db[i], out);
        drop(y[i], (int64_t)n * out);
        drop(dx[i], (int64_t)n * in);
    }
    drop(x, (int64_t)n * in);
    drop(w, weights);
    drop(b, out);
    drop(dy, (int64_t)n * out);
}

static void check_dense(const ls_backend *backend)
{
    compare_dense(backend, 16, 2048, 128);
    compare_dense(backend, 13, 128, 2048);
    compare_dense(backend, 37, 50, 300);
    static const int sizes[] = {1, 2, 3, 7, 8, 16, 17, 33, 64, 100};
    for (int n = 1; n <= 17; n += 4) {
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 10; j++) {
                compare_dense(backend, n, sizes[i], sizes[j]);
            }
        }
    }
}

static void dense_by_hand(void **state)
{
    (void)state;
    static const float x[4] = {1, 2, 3, 4};          /* [2,2] */
    static const float w[6] = {1, 2, 3, 10, 20, 30}; /* [2,3] */
    static const float b[3] = {0.5f, 0, -1};
    static const float dy[6] = {1, 0, 0, 0, 1, 2}; /* [2,3] */
    static const float want_y[6] = {21.5f, 42, 62, 43.5f, 86, 128};
    static const float want_dx[4] = {1, 10, 8, 80};
    static const float want_dw[6] = {2, 3, 6, 2, 4, 8}; /* onto 1, 0, 0, 0, 0, 0 */
    static const float want_db[3] = {1, 1, 2};
    float y[6];
    float dx[4];
    float dw[6] = {1};
    float db[3] = {0};
    dense_forward(reference(), 2, 2, 3, x, w, b, y);
    dense_dx(reference(), 2, 2, 3, w, dy, dx);
    reference()->dense_dw(2, 2, 3, x, dy, dw);
    reference()->dense_db(2, 3, dy, db);
    expect_near("y", y, want_y, 6, 0.0);
    expect_near("dx", dx, want_dx, 4, 0.0);
    expect_near("dw", dw, want_dw, 6, 0.0);
    expect_near("db", db, want_db, 3, 0.0);
}

static void dense(void **state)
{
    (void)state;
    for_each_set(check_dense);
}

static void compare_pool(const ls_backend *backend, int n, const ls_pool *s)
{
    int64_t inputs = (int64_t)n * s->h * s->w * s->c;
    int64_t outputs = (int64_t)n * s->p * s->q * s->c;
    float *x = numbers(inputs, 61);
    for (int64_t i = 0; i < inputs; i++) {
        x[i] = floorf(4.0f * x[i]); /* many equals, so that "the first" matters */
    }
    x[inputs / 2] = NAN;
    float *dy = numbers(outputs, 62);
    float *y[2];
    float *dx[2];
    uint8_t *which[2];
    for (int i = 0; i < 2; i++) {
        const ls_backend *now = i == 0 ? reference() : backend;
        y[i] = numbers(outputs, 63 + (uint64_t)i);
        dx[i] = numbers(inputs, 65 + (uint64_t)i);
        which[i] = calloc((size_t)outputs, 1);
        now->maxpool_forward(s, n, x, y[i], which[i]);
        now->maxpool_backward(s, n, which[i], dy, dx[i]);
    }
    assert_memory_equal(y[1], y[0], (size_t)outputs * sizeof(float));
    assert_memory_equal(which[1], which[0], (size_t)outputs);
    expect_near("maxpool dx", dx[1], dx[0], inputs, 1e-6);
    for (int i = 0; i < 2; i++) {
        drop(y[i], outputs);
        drop(dx[i], inputs);
        free(which[i]);
    }
    drop(x, inputs);
    drop(dy, outputs);
}

static void check_pool(const ls_backend *backend)
{
    for (int window = 1; window <= 4; window++) {
        for (int stride = 1; stride <= 4; stride++) {
            for (int c = 1; c <= 70; c += c < 4 ? 1 : 11) {
                ls_pool s = {.h = 9, .w = 7, .c = c, .window = window, .stride = stride};
                s.p = (s.h - window) / stride + 1;
                s.q = (s.w - window) / stride + 1;
                compare_pool(backend, 2, &s);
            }
        }
    }
    ls_pool even = {.h = 32, .w = 32, .c = 32, .p = 16, .q = 16, .window = 2, .stride = 2};
    compare_pool(backend, 3, &even);
}

static void pool_by_hand(void **state)
{
    (void)state;
    static const float x[8] = {1, 5, 3, 7, 5, 2, 3, NAN}; /* [2,4,1] */
    ls_pool s = {.h = 2, .w = 4, .c = 1, .p = 1, .q = 2, .window = 2, .stride = 2};
    float y[2];
    float dx[8];
    uint8_t which[2];
    static const float dy[2] = {10, 20};
    static const float want_dx[8] = {0, 10, 0, 0, 0, 0, 0, 20};
    reference()->maxpool_forward(&s, 1, x, y, which);
    reference()->maxpool_backward(&s, 1, which, dy, dx);
    assert_true(y[0] == 5.0f && isnan(y[1]));
    assert_int_equal(which[0], 1); /* the first of two fives */
    assert_int_equal(which[1], 3);
    expect_near("dx", dx, want_dx, 8, 0.0);
}

static void pool(void **state)
{
    (void)state;
    for_each_set(check_pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_by_hand),
        cmocka_unit_test(dense),
        cmocka_unit_test(pool_by_hand),
        cmocka_unit_test(pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
