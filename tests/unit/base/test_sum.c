/* Proves: an exact sum has the same words in any order and any grouping, is within its stated bound
 * of the true sum, and counts what is not finite. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "lockstep/base/sum.h"

#include <math.h>

enum { count = 10000 };

static double term(uint32_t i)
{
    const ls_random_key key = {.seed = 3, .purpose = LS_PURPOSE_TEST};
    return ldexp((double)ls_random_uniform(&key, i) - 0.5, (int)(i % 20) - 10);
}

static void order_and_grouping_do_not_matter(void **state)
{
    (void)state;
    ls_sum up = {0};
    ls_sum down = {0};
    ls_sum parts[7] = {{0}};
    for (uint32_t i = 0; i < count; i++) {
        ls_sum_add(&up, term(i));
        ls_sum_add(&down, term(count - 1 - i));
        ls_sum_add(&parts[i % 7], term(i));
    }
    ls_sum merged = {0};
    for (int i = 7; i-- > 0;) {
        ls_sum_merge(&merged, &parts[i]);
    }
    assert_memory_equal(&up, &down, sizeof up);
    assert_memory_equal(&up, &merged, sizeof up);
}

static void error_is_within_the_bound(void **state)
{
    (void)state;
    ls_sum sum = {0};
    long double exact = 0;
    for (uint32_t i = 0; i < count; i++) {
        ls_sum_add(&sum, term(i));
        exact += (long double)term(i);
    }
    assert_true(fabsl((long double)ls_sum_value(&sum) - exact) <= count * 0x1p-39L);
    assert_true(fabsl(exact) > 1); /* the test would see nothing in a sum of nothing */
}

static void negative_and_whole_terms(void **state)
{
    (void)state;
    ls_sum sum = {0};
    ls_sum_add(&sum, -0.25);
    ls_sum_add(&sum, 3);
    ls_sum_add(&sum, -2.5);
    assert_true(ls_sum_value(&sum) == 0.25);
    assert_int_equal(sum.whole, 0);
    assert_true(sum.fraction >= 0);
}

static void what_is_not_finite_is_counted(void **state)
{
    (void)state;
    ls_sum sum = {0};
    ls_sum_add(&sum, 1);
    ls_sum_add(&sum, (double)NAN);
    ls_sum_add(&sum, (double)INFINITY);
    ls_sum_add(&sum, -1e300);
    assert_int_equal(sum.not_finite, 3);
    assert_true(isnan(ls_sum_value(&sum)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_grouping_do_not_matter),
        cmocka_unit_test(error_is_within_the_bound),
        cmocka_unit_test(negative_and_whole_terms),
        cmocka_unit_test(what_is_not_finite_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
