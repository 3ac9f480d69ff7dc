/* Fixed point: exact values and ties by hand, range and NaN, the error bound of half a quantum, and
 * the same integers from `ref` and every kernel set. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 0x1p19f

static int64_t fixed_of(const ls_backend *backend, float g)
{
    int64_t total = 0;
    float array[1] = {g};
    assert_true(backend->fixed_add(1, LIMIT, false, array, &total));
    assert_true(array[0] == 0.0f);
    return total;
}

static void check_values(const ls_backend *backend)
{
    static const struct {
        float g;
        int64_t want;
    } values[] = {
        {0.0f, 0},
        {-0.0f, 0},
        {1.0f, INT64_C(1) << 44},
        {-1.0f, -(INT64_C(1) << 44)},
        {0x1p-44f, 1},
        {-0x1p-44f, -1},
        {0x1p-45f, 0},     /* a tie: to the even 0 */
        {0x1.8p-44f, 2},   /* 1.5: to the even 2 */
        {0x1.4p-43f, 2},   /* 2.5: to the even 2 */
        {0x1.cp-43f, 4},   /* 3.5: to the even 4 */
        {-0x1.8p-44f, -2}, /* the same below 0 */
        {-0x1.4p-43f, -2},
        {0x1.000002p-45f, 1}, /* just above a tie */
        {0x1.fffffep-46f, 0}, /* just below one */
        {0x1.7ffffep-44f, 1},
        {0x1p-149f, 0},
        {0x1.fffffep18f, INT64_C(0x7fffff8000000000)}, /* the largest below 2^19 */
        {-0x1.fffffep18f, -INT64_C(0x7fffff8000000000)},
        {0x1.000002p-12f, (INT64_C(1) << 32) + (INT64_C(1) << 9)},
        {0x1p-13f, INT64_C(1) << 31}, /* halfway between the two parts' units */
        {0x1.8p-12f, (INT64_C(1) << 32) + (INT64_C(1) << 31)},
        {-0x1.8p-12f, -(INT64_C(1) << 32) - (INT64_C(1) << 31)},
    };
    int count = (int)(sizeof values / sizeof values[0]);
    for (int i = 0; i < count; i++) {
        assert_true(fixed_of(backend, values[i].g) == values[i].want);
    }
}

/* Adds onto what is there, over every tail length. */
static void check_totals(const ls_backend *backend)
{
    for (int count = 1; count < 40; count++) {
        float *g = numbers(count, 41);
        int64_t total[40];
        for (int i = 0; i < 40; i++) {
            total[i] = 1000 * i;
        }
        float *kept = copy_of(g, count);
        assert_true(backend->fixed_add(count, LIMIT, false, g, total));
        for (int i = 0; i < 40; i++) {
            int64_t added = i < count ? (int64_t)rint((double)kept[i] * 0x1p44) : 0;
            assert_true(total[i] == 1000 * i + added);
            assert_true(i >= count || g[i] == 0.0f);
        }
        drop(g, count);
        drop(kept, count);
    }
}

/* A value out of range is noticed wherever it stands; the largest inside is not. */
static void check_range(const ls_backend *backend)
{
    static const float bad[] = {0x1p19f, -0x1p19f, INFINITY, -INFINITY, NAN, -NAN, 0x1.fffffep127f};
    enum { COUNT = 2100 };
    int64_t *total = calloc(COUNT, sizeof *total);
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        for (int at = 0; at < COUNT; at += 83) {
            float *g = numbers(COUNT, 42);
            g[at] = bad[k];
            assert_false(backend->fixed_add(COUNT, LIMIT, false, g, total));
            for (int i = 0; i < COUNT; i++) { /* worthless, but other ranks' can be added */
                assert_true(total[i] > INT64_MIN / 1024 && total[i] < INT64_MAX / 1024);
            }
            drop(g, COUNT);
        }
    }
    float *g = numbers(COUNT, 42);
    g[7] = 0x1.fffffep16f;
    assert_true(backend->fixed_add(COUNT, 0x1p17f, false, g, total)); /* four lanes' limit */
    g[7] = 0x1p17f;
    assert_false(backend->fixed_add(COUNT, 0x1p17f, false, g, total));
    drop(g, COUNT);
    free(total);
}

/* Exponents from -60 on and both signs, random mantissas: the same integers as `ref`, within half
 * a quantum. Where all are small a kernel may take a shorter way. */
static void check_exponents(const ls_backend *backend, int exponents)
{
    enum { COUNT = 100003 };
    float *g = numbers(COUNT, 43);
    for (int i = 0; i < COUNT; i++) {
        g[i] = (float)ldexp((double)g[i], i % exponents - 60);
    }
    float *other = copy_of(g, COUNT);
    float *kept = copy_of(g, COUNT);
    int64_t *total = calloc(COUNT, sizeof *total);
    int64_t *want = calloc(COUNT, sizeof *want);
    assert_true(reference()->fixed_add(COUNT, LIMIT, false, other, want));
    assert_true(backend->fixed_add(COUNT, LIMIT, false, g, total));
    assert_memory_equal(total, want, COUNT * sizeof *total);
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(ldexp((double)total[i], -44) - (double)kept[i]) <= 0x1p-45);
    }
    backend->fixed_to_float(COUNT, total, g);
    reference()->fixed_to_float(COUNT, want, other);
    assert_memory_equal(g, other, COUNT * sizeof *g);
    drop(g, COUNT);
    drop(other, COUNT);
    drop(kept, COUNT);
    free(total);
    free(want);
}

/* A first lane replaces what stands there. */
static void check_first(const ls_backend *backend)
{
    enum { COUNT = 1500 };
    float *g = numbers(COUNT, 44);
    g[1400] = 1000.0f; /* beyond the shorter way */
    float *kept = copy_of(g, COUNT);
    int64_t *total = calloc(COUNT, sizeof *total);
    memset(total, 0x55, COUNT * sizeof *total);
    assert_true(backend->fixed_add(COUNT, LIMIT, true, g, total));
    for (int i = 0; i < COUNT; i++) {
        assert_true(total[i] == (int64_t)rint((double)kept[i] * 0x1p44));
        assert_true(g[i] == 0.0f);
    }
    drop(g, COUNT);
    drop(kept, COUNT);
    free(total);
}

static void check_back(const ls_backend *backend)
{
    static const int64_t total[] = {0, 1, -1, INT64_C(1) << 44, -(INT64_C(3) << 43),
                                    /* 2^24 + 1 lies between two floats: to the even one; 2^24 + 3
                                     * too; one more than a tie goes up even where a first rounding
                                     * to double would lose it. */
                                    (INT64_C(1) << 24) + 1, (INT64_C(1) << 24) + 3,
                                    (INT64_C(1) << 62) + (INT64_C(1) << 38) + 1,
                                    (INT64_C(1) << 62) + (INT64_C(1) << 38), INT64_MAX};
    static const float want[] = {0.0f,     0x1p-44f,        -0x1p-44f,      1.0f,    -1.5f,
                                 0x1p-20f, 0x1.000004p-20f, 0x1.000002p18f, 0x1p18f, 0x1p19f};
    enum { COUNT = sizeof total / sizeof total[0] };
    float *g = zeros(COUNT);
    backend->fixed_to_float(COUNT, total, g);
    assert_memory_equal(g, want, sizeof want);
    drop(g, COUNT);
}

static void check(const ls_backend *backend)
{
    check_values(backend);
    check_totals(backend);
    check_range(backend);
    check_exponents(backend, 80);
    check_exponents(backend, 66);
    check_first(backend);
    check_back(backend);
}

static void fixed_point(void **state)
{
    (void)state;
    check(reference());
    for_each_set(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fixed_point)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
