/* Proves that ls_log10 and ls_ln are within 4 units in the last place of the C library's over all
 * magnitudes, exact at 1, and the same for what has no logarithm; that ls_cos_pi is within 2 units
 * of the long double library's, of period 2, even, and exact at multiples of a half; that ls_power
 * is exact where its products are, and near the library's elsewhere; that ls_exp is within 2 units,
 * of denormal results within 3, and ends in 0 and infinity. */
#include "unit/cmocka_all.h"

#include "lockstep/base/real.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

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

/* In long double, from whichever of sine and cosine is not near its root. */
static long double cosine(double t)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    bool near_root = fabs(t) > 0.25 && fabs(t) < 0.75;
    return near_root ? sinl(pi * (0.5L - fabsl(t))) : cosl(pi * t);
}

static void cosine_is_near(double t)
{
    double seen = ls_cos_pi(t);
    long double expected = cosine(t);
    double unit = nextafter(fabs((double)expected), INFINITY) - fabs((double)expected);
    if (fabsl(seen - expected) > 2 * (long double)unit) {
        fail_msg("cos(pi * %.17g) = %.17g, not %.17g", t, seen, (double)expected);
    }
}

static void cosines(void **state)
{
    (void)state;
    for (double t = -1; t <= 1; t += 1.0 / 40009) {
        cosine_is_near(t);
        assert_true(ls_cos_pi(-t) == ls_cos_pi(t));
    }
    for (int i = 1; i <= 60; i++) {
        cosine_is_near(ldexp(1, -i));
        cosine_is_near(0.5 - ldexp(1, -i));
        cosine_is_near(1 - ldexp(1, -i));
    }
    for (double t = 0; t < 2; t += 1.0 / 128) { /* exact with what is added */
        assert_true(ls_cos_pi(t + 2) == ls_cos_pi(t));
        assert_true(ls_cos_pi(2 - t) == ls_cos_pi(t));
        assert_true(ls_cos_pi(t + 1e6) == ls_cos_pi(t));
    }
    const double corners[] = {1, 0, -1, 0};
    for (int i = 0; i < 4; i++) {
        assert_true(ls_cos_pi(0.5 * i) == corners[i]);
    }
}

static void powers(void **state)
{
    (void)state;
    assert_true(ls_power(0.3, 0) == 1);
    assert_true(ls_power(0, 0) == 1);
    assert_true(ls_power(0, 3) == 0);
    assert_true(ls_power(0.1, 1) == 0.1);
    assert_true(ls_power(3, 30) == 205891132094649.0);
    assert_true(ls_power(0.5, 1074) == ldexp(1, -1074));
    for (int i = 2; i < 3000; i += 7) {
        assert_true(fabs(ls_power(0.999, i) / pow(0.999, i) - 1) <= i * DBL_EPSILON);
    }
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
        cmocka_unit_test(near_the_library), cmocka_unit_test(special_numbers),
        cmocka_unit_test(cosines),          cmocka_unit_test(powers),
        cmocka_unit_test(exponentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
