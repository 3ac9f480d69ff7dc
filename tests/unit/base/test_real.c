/* Proves that ls_log10 and ls_ln are within 4 units in the last place of the C library's over all
 * magnitudes and the same for what has no logarithm; and that ls_exp is within 2 units, of denormal
 * results within 3, and ends in 0 and infinity. */
#include "unit/cmocka_all.h"

#include "lockstep/base/real.h"

#include <float.h>
#include <math.h>

static void expect_units(const char *name, double x, double seen, double expected, double units)
{
    double unit = fabs(nextafter(expected, INFINITY) - expected);
    if (!(fabs(seen - expected) <= units * unit)) {
        fail_msg("%s(%.17g) = %.17g, not %.17g", name, x, seen, expected);
    }
}

static void expect_near(double x)
{
    expect_units("log10", x, ls_log10(x), log10(x), 4);
    expect_units("ln", x, ls_ln(x), log(x), 4);
}

static void near_the_library(void **state)
{
    (void)state;
    for (double x = 1e-300; x < 1e300; x *= 1.000937) {
        expect_near(x);
    }
    for (double x = 0.5; x < 2.0; x += 1.0 / 4093) {
        expect_near(x);
    }
    for (int i = 1; i <= 40; i++) {
        expect_near(1 + ldexp(1, -i));
        expect_near(1 - ldexp(1, -i));
    }
    expect_near(DBL_MIN);
    expect_near(DBL_MIN / 8);
    expect_near(DBL_MAX);
}

static void special_numbers(void **state)
{
    (void)state;
    assert_true(ls_log10(1) == 0);
    assert_true(ls_log10(0) == -INFINITY);
    assert_true(ls_log10(INFINITY) == INFINITY);
    assert_true(isnan(ls_log10(-1)));
    assert_true(isnan(ls_log10(NAN)));
    assert_true(ls_ln(1) == 0);
    assert_true(ls_ln(0) == -INFINITY);
    assert_true(ls_ln(INFINITY) == INFINITY);
    assert_true(isnan(ls_ln(-1)));
    assert_true(isnan(ls_ln(NAN)));
}

static void exponentials(void **state)
{
    (void)state;
    for (double x = -745; x < 709.7; x += 0.0137) {
        expect_units("exp", x, ls_exp(x), exp(x), x > -708 ? 2 : 3);
    }
    for (int i = 1; i <= 60; i++) {
        expect_units("exp", ldexp(1, -i), ls_exp(ldexp(1, -i)), exp(ldexp(1, -i)), 2);
        expect_units("exp", -ldexp(1, -i), ls_exp(-ldexp(1, -i)), exp(-ldexp(1, -i)), 2);
    }
    assert_true(ls_exp(0) == 1);
    assert_true(ls_exp(-746) == 0 && ls_exp(-1e300) == 0 && ls_exp(-INFINITY) == 0);
    assert_true(ls_exp(710) == INFINITY && ls_exp(INFINITY) == INFINITY);
    assert_true(isnan(ls_exp(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_the_library),
        cmocka_unit_test(special_numbers),
        cmocka_unit_test(exponentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
