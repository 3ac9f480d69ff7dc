/* Normalization: `ref` by hand; `cpu` beside `ref` over blocks, groups and channels, few and many;
 * the same bits from every kernel set; parameters' gradients accumulate, and dx may be absent. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <math.h>

/* Two places of two channels: channel 0 has 1 and 3, channel 1 has 2 and -2. */
static const float pairs[4] = {1, 2, 3, -2};

static void check_by_hand(const ls_backend *backend)
{
    static const float gamma[2] = {2, 1};
    static const float beta[2] = {0.5f, 0};
    static const float dy[4] = {1, 1, 0, 0};
    const ls_norm s = {.places = 2, .c = 2, .groups = 2, .eps = 3};
    float mean[2];
    float variance[2];
    float y[4];
    backend->norm_statistics(&s, 1, pairs, mean, variance);
    assert_true(mean[0] == 2 && mean[1] == 0 && variance[0] == 1 && variance[1] == 4);
    backend->norm_apply(&s, 1, pairs, mean, variance, gamma, beta, y);
    /* deviations 2 and sqrt(7) */
    const float root = (float)sqrt(7.0);
    const float want[4] = {-0.5f, 2 / root, 1.5f, -2 / root};
    expect_near("y", y, want, 4, 1e-7);
    /* gamma dy: 2, 0 and 1, 0; their means 1 and 1/2, and by xhat -1/2 and 1/sqrt(7) */
    float dx[4];
    float dgamma[2] = {10, 20};
    float dbeta[2] = {30, 40};
    float terms[4];
    backend->norm_backward(&s, 1, pairs, mean, variance, gamma, dy, dx, dgamma, dbeta, terms);
    const float want_dx[4] = {(2 - 1 - 0.25f) / 2, (1 - 0.5f - 2.0f / 7) / root,
                              (0 - 1 + 0.25f) / 2, (0 - 0.5f + 2.0f / 7) / root};
    expect_near("dx", dx, want_dx, 4, 1e-6);
    assert_true(dgamma[0] == 9.5f && fabsf(dgamma[1] - 20 - 2 / root) < 1e-5f);
    assert_true(dbeta[0] == 31 && dbeta[1] == 41);
    ls_norm fixed = s;
    fixed.fixed = true;
    backend->norm_backward(&fixed, 1, pairs, mean, variance, gamma, dy, dx, dgamma, dbeta, terms);
    const float want_fixed[4] = {1, 1 / root, 0, 0};
    expect_near("dx, fixed", dx, want_fixed, 4, 1e-7);
    assert_true(dgamma[0] == 9 && dbeta[0] == 32);
}

static void check_one_group_by_hand(const ls_backend *backend)
{
    const ls_norm s = {.places = 1, .c = 2, .groups = 1, .eps = 0.25f};
    float mean[2];
    float variance[2];
    backend->norm_statistics(&s, 2, pairs, mean, variance);
    assert_true(mean[0] == 1.5f && variance[0] == 0.25f && mean[1] == 0.5f && variance[1] == 6.25f);
}

static void by_hand(void **state)
{
    (void)state;
    check_by_hand(reference());
    check_one_group_by_hand(reference());
    for_each_set(check_by_hand);
    for_each_set(check_one_group_by_hand);
}

static const struct {
    int blocks, places, c, groups;
} shapes[] = {{1, 1, 1, 1},   {3, 5, 1, 1},   {1, 77, 3, 3},   {2, 9, 3, 1},
              {2, 50, 10, 5}, {1, 33, 32, 8}, {2, 13, 33, 11}, {1, 20, 64, 64},
              {3, 7, 65, 1},  {2, 6, 130, 2}, {1, 4, 130, 130}};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

typedef struct results {
    int64_t count, statistics, c;
    float *mean, *variance, *y, *dx, *dgamma, *dbeta;
} results;

/* Everything, with x far from 0, so that a mean that is not taken away first would show. */
static results compute(const ls_backend *backend, int shape, bool wants_dx)
{
    int blocks = shapes[shape].blocks;
    const ls_norm s = {.places = shapes[shape].places,
                       .c = shapes[shape].c,
                       .groups = shapes[shape].groups,
                       .eps = 1e-5f};
    results r = {.count = blocks * s.places * s.c, .statistics = blocks * s.groups, .c = s.c};
    float *x = numbers(r.count, 1);
    float *dy = numbers(r.count, 2);
    float *gamma = numbers(r.c, 3);
    float *beta = numbers(r.c, 4);
    float *terms = zeros(2 * s.groups);
    for (int64_t i = 0; i < r.count; i++) {
        x[i] += 8;
    }
    r.mean = zeros(r.statistics);
    r.variance = zeros(r.statistics);
    r.y = zeros(r.count);
    r.dx = zeros(r.count);
    r.dgamma = numbers(r.c, 5);
    r.dbeta = numbers(r.c, 6);
    backend->norm_statistics(&s, blocks, x, r.mean, r.variance);
    backend->norm_apply(&s, blocks, x, r.mean, r.variance, gamma, beta, r.y);
    backend->norm_backward(&s, blocks, x, r.mean, r.variance, gamma, dy, wants_dx ? r.dx : NULL,
                           r.dgamma, r.dbeta, terms);
    drop(terms, 2 * s.groups);
    drop(beta, r.c);
    drop(gamma, r.c);
    drop(dy, r.count);
    drop(x, r.count);
    return r;
}

static void forget(results *r)
{
    drop(r->mean, r->statistics);
    drop(r->variance, r->statistics);
    drop(r->y, r->count);
    drop(r->dx, r->count);
    drop(r->dgamma, r->c);
    drop(r->dbeta, r->c);
}

static void check_beside_ref(const ls_backend *backend)
{
    for (int i = 0; i < SHAPES; i++) {
        results want = compute(reference(), i, true);
        results got = compute(backend, i, true);
        expect_near("mean", got.mean, want.mean, got.statistics, 1e-7);
        expect_near("variance", got.variance, want.variance, got.statistics, 1e-6);
        expect_near("y", got.y, want.y, got.count, 2e-6);
        expect_near("dx", got.dx, want.dx, got.count, 2e-6);
        expect_near("dgamma", got.dgamma, want.dgamma, got.c, 2e-6);
        expect_near("dbeta", got.dbeta, want.dbeta, got.c, 2e-6);
        forget(&want);
        forget(&got);
    }
}

static void beside_ref(void **state)
{
    (void)state;
    for_each_set(check_beside_ref);
}

static void check_same_bits(const ls_backend *backend)
{
    const ls_backend *portable;
    assert_int_equal(ls_backend_find(&portable, "cpu", LS_ISA_PORTABLE), LS_OK);
    for (int i = 0; i < SHAPES; i++) {
        results want = compute(portable, i, true);
        results got = compute(backend, i, false);
        assert_memory_equal(got.mean, want.mean, sizeof(float) * (size_t)got.statistics);
        assert_memory_equal(got.variance, want.variance, sizeof(float) * (size_t)got.statistics);
        assert_memory_equal(got.y, want.y, sizeof(float) * (size_t)got.count);
        assert_memory_equal(got.dgamma, want.dgamma, sizeof(float) * (size_t)got.c);
        assert_memory_equal(got.dbeta, want.dbeta, sizeof(float) * (size_t)got.c);
        forget(&got);
        got = compute(backend, i, true);
        assert_memory_equal(got.dx, want.dx, sizeof(float) * (size_t)got.count);
        forget(&got);
        forget(&want);
    }
}

static void same_bits(void **state)
{
    (void)state;
    for_each_set(check_same_bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(beside_ref),
        cmocka_unit_test(same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
