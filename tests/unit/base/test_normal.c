/* Proves that ls_normal_quantile inverts the normal distribution function of the C library (erfc)
 * in the middle, the tails and far out; has its symmetry; and that ls_random_normal draws by it:
 * moments of a standard normal, and its shares beyond 1, 2 and 3. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "lockstep/base/real.h"

#include <math.h>

static long double distribution(long double z)
{
    return erfcl(-z / sqrtl(2)) / 2;
}

static long double density(long double z)
{
    return expl(-z * z / 2) / sqrtl(2 * acosl(-1));
}

/* One step of Newton from the quantile found gives the error to double precision and beyond. */
static void expect_inverse(double p)
{
    double z = ls_normal_quantile(p);
    double error = (double)((distribution(z) - (long double)p) / density(z));
    if (!(fabs(error) <= 2e-15 * (1 + fabs(z)))) {
        fail_msg("quantile of %.17g: %.17g is wrong by %g", p, z, error);
    }
}

static void inverts_the_distribution(void **state)
{
    (void)state;
    for (int i = 1; i < 2000; i++) {
        expect_inverse(i / 2000.0);
    }
    for (double p = 0.25; p > 1e-300; p *= 0.77) {
        expect_inverse(p);
    }
    expect_inverse(0.075); /* where the rational functions meet */
    expect_inverse(0.925);
    expect_inverse(exp(-25));
}

/* Of published tables: z of 97.5 % and 99.9 %. */
static void known_quantiles(void **state)
{
    (void)state;
    assert_near(ls_normal_quantile(0.975), 1.959963984540054, 4e-15);
    assert_near(ls_normal_quantile(0.999), 3.090232306167813, 4e-14);
    assert_true(ls_normal_quantile(0.5) == 0);
    assert_true(ls_normal_quantile(0) == -INFINITY);
    assert_true(ls_normal_quantile(1) == INFINITY);
    assert_true(isnan(ls_normal_quantile(-0.1)));
    assert_true(isnan(ls_normal_quantile(1.1)));
    assert_true(isnan(ls_normal_quantile(NAN)));
}

static void bits_are_symmetric(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t bits = i * 4294967U;
        assert_true(ls_random_normal_of(bits) == -ls_random_normal_of(~bits));
    }
    assert_true(ls_random_normal_of(0) > -6.4F && ls_random_normal_of(0) < -6.2F);
    assert_true(isfinite(ls_random_normal_of(UINT32_MAX)));
}

/* Bounds are five standard deviations of what is measured. */
static void drawn_numbers_are_normal(void **state)
{
    (void)state;
    enum { count = 200000 };
    const ls_random_key key = {.seed = 9, .purpose = LS_PURPOSE_TEST};
    double moments[5] = {0};
    int beyond[4] = {0};
    for (uint32_t i = 0; i < count; i++) {
        double z = ls_random_normal(&key, i);
        double power = 1;
        for (int k = 0; k < 5; k++, power *= z) {
            moments[k] += power / count;
        }
        for (int k = 1; k < 4; k++) {
            beyond[k] += fabs(z) > k;
        }
    }
    double root = sqrt(count);
    assert_near(moments[1], 0, 5 / root);
    assert_near(moments[2], 1, 5 * sqrt(2) / root);
    assert_near(moments[3], 0, 5 * sqrt(15) / root);
    assert_near(moments[4], 3, 5 * sqrt(96) / root);
    for (int k = 1; k < 4; k++) {
        double share = erfc(k / sqrt(2));
        assert_near((double)beyond[k] / count, share, 5 * sqrt(share * (1 - share)) / root);
    }
}

static void below_is_even(void **state)
{
    (void)state;
    enum { count = 70000, faces = 7 };
    const ls_random_key key = {.seed = 2, .purpose = LS_PURPOSE_TEST};
    int seen[faces] = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t face = ls_random_below(&key, i, faces);
        assert_true(face < faces);
        seen[face]++;
    }
    for (int i = 0; i < faces; i++) {
        assert_near(seen[i], 10000, 5 * sqrt(10000.0 * 6 / 7));
    }
    assert_int_equal(ls_random_below(&key, 0, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inverts_the_distribution),
        cmocka_unit_test(known_quantiles),
        cmocka_unit_test(bits_are_symmetric),
        cmocka_unit_test(drawn_numbers_are_normal),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
