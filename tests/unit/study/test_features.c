/* Proves that standardised features have mean 0 and deviation 1 by sums written out here, that
 * others are moved by the same numbers, that what hardly varies becomes 0, and that what is not a
 * number is refused. */
#include "unit/cmocka_all.h"

#include "study/features.h"

#include <math.h>
#include <string.h>

#define IMAGES 37
#define VALUES 5

static float values[IMAGES * VALUES];

/* A feature of great, one of small magnitude, one of two values, a constant, and one that varies
 * by its last bit alone. */
static ls_features make(void)
{
    for (int i = 0; i < IMAGES; i++) {
        float *x = values + i * VALUES;
        x[0] = 1000.0F + (float)(i * i % 17);
        x[1] = 1e-9F * (float)(i * 5 % 13);
        x[2] = i % 3 == 0 ? 1.0F : -1.0F;
        x[3] = 0.1F;
        x[4] = i % 2 == 0 ? 5.0F : nextafterf(5.0F, 6.0F);
    }
    return (ls_features){
        .images = IMAGES, .count = IMAGES, .block = 16, .values = VALUES, .x = values};
}

static void moments(int v, long double *mean, long double *deviation)
{
    *mean = 0;
    *deviation = 0;
    for (int i = 0; i < IMAGES; i++) {
        *mean += (long double)values[i * VALUES + v] / IMAGES;
    }
    for (int i = 0; i < IMAGES; i++) {
        long double d = (long double)values[i * VALUES + v] - *mean;
        *deviation += d * d / IMAGES;
    }
    *deviation = sqrtl(*deviation);
}

static void mean_0_and_deviation_1(void **state)
{
    ls_comm *comm = *state;
    ls_features f = make();
    long double before[3][2];
    for (int v = 0; v < 3; v++) {
        moments(v, &before[v][0], &before[v][1]);
    }
    ls_standard standard;
    assert_int_equal(ls_standard_fit(&standard, &f, comm), LS_OK);
    for (int v = 0; v < 3; v++) {
        long double mean;
        long double deviation;
        moments(v, &mean, &deviation);
        assert_near((double)mean, 0, 1e-6 + (v == 0 ? 1e-5 : 0)); /* 1000 has fewer bits left */
        assert_near((double)deviation, 1, 1e-6);
        assert_near((double)(standard.mean[v] / before[v][0]), 1, 1e-6);
        assert_near((double)(standard.factor[v] * before[v][1]), 1, 1e-6);
    }
    ls_standard_free(&standard);
}

static void what_hardly_varies_becomes_0(void **state)
{
    ls_comm *comm = *state;
    ls_features f = make();
    ls_standard standard;
    assert_int_equal(ls_standard_fit(&standard, &f, comm), LS_OK);
    for (int i = 0; i < IMAGES; i++) {
        assert_true(values[i * VALUES + 3] == 0);
        assert_true(values[i * VALUES + 4] == 0);
    }
    ls_standard_free(&standard);
}

static void others_move_by_the_same(void **state)
{
    ls_comm *comm = *state;
    ls_features f = make();
    ls_standard standard;
    assert_int_equal(ls_standard_fit(&standard, &f, comm), LS_OK);
    float own[VALUES];
    memcpy(own, values + 7 * VALUES, sizeof own);
    make();
    float other[VALUES];
    memcpy(other, values + 7 * VALUES, sizeof other);
    ls_features one = {.images = 1, .count = 1, .block = 16, .values = VALUES, .x = other};
    assert_int_equal(ls_standard_apply(&standard, &one), LS_OK);
    assert_memory_equal(own, other, sizeof own);
    other[2] = NAN;
    assert_int_equal(ls_standard_apply(&standard, &one), LS_BAD_INPUT);
    ls_standard_free(&standard);
}

static void what_is_not_a_number_is_refused(void **state)
{
    ls_comm *comm = *state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        ls_features f = make();
        values[11 * VALUES + 2] = bad[i];
        ls_standard standard;
        assert_int_equal(ls_standard_fit(&standard, &f, comm), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), "feature 2 "));
        ls_standard_free(&standard);
    }
}

static int start(void **state)
{
    return ls_comm_self((ls_comm **)state) == LS_OK ? 0 : -1;
}

static int finish(void **state)
{
    ls_comm_finish(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_0_and_deviation_1),
        cmocka_unit_test(what_hardly_varies_becomes_0),
        cmocka_unit_test(others_move_by_the_same),
        cmocka_unit_test(what_is_not_a_number_is_refused),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
