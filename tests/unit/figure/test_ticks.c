/* Proves that ticks stand at round numbers within the range, that their text says where, and that
 * no range is left with fewer than two or more than there is room for. */
#include "unit/cmocka_all.h"

#include "figure/ticks.h"

#include <math.h>
#include <stdlib.h>

static void assert_texts(const ls_ticks *ticks, const char *const *texts)
{
    int count = 0;
    for (; texts[count] != NULL; count++) {
        assert_true(count < ticks->count);
        assert_string_equal(ticks->text[count], texts[count]);
    }
    assert_int_equal(ticks->count, count);
}

static void whole_numbers(void **state)
{
    (void)state;
    ls_ticks ticks;
    ls_ticks_whole(&ticks, 1, 60, 10);
    assert_texts(&ticks, (const char *const[]){"10", "20", "30", "40", "50", "60", NULL});
    ls_ticks_whole(&ticks, 1, 3, 10);
    assert_texts(&ticks, (const char *const[]){"1", "2", "3", NULL});
    ls_ticks_whole(&ticks, 1, 12345, 5);
    assert_texts(&ticks, (const char *const[]){"5000", "10000", NULL});
}

static void logarithmic_ones(void **state)
{
    (void)state;
    ls_ticks ticks;
    ls_ticks_log(&ticks, 0.00019, 0.31);
    assert_texts(&ticks, (const char *const[]){"0.001", "0.01", "0.1", NULL});
    ls_ticks_log(&ticks, 0.0019, 0.051);
    assert_texts(&ticks, (const char *const[]){"0.002", "0.005", "0.01", "0.02", "0.05", NULL});
    ls_ticks_log(&ticks, 0.0495, 0.0545);
    assert_texts(&ticks, (const char *const[]){"0.05", "0.051", "0.052", "0.053", "0.054", NULL});
    ls_ticks_log(&ticks, 3, 150);
    assert_texts(&ticks, (const char *const[]){"5", "10", "20", "50", "100", NULL});
}

static void check_range(double low, double high)
{
    ls_ticks ticks;
    ls_ticks_log(&ticks, low, high);
    if (ticks.count < 2 || ticks.count >= LS_TICKS_MAX) {
        fail_msg("%g to %g has %d ticks", low, high, ticks.count);
    }
    for (int i = 0; i < ticks.count; i++) {
        assert_true(ticks.at[i] >= low && ticks.at[i] <= high);
        assert_true(i == 0 || ticks.at[i] > ticks.at[i - 1]);
        double said = strtod(ticks.text[i], NULL);
        assert_true(fabs(said - ticks.at[i]) <= 1e-9 * ticks.at[i]);
    }
}

static void every_range_has_some(void **state)
{
    (void)state;
    for (double low = 1e-12; low < 1e6; low *= 3.7) {
        for (double ratio = 1.02; ratio < 1e12; ratio *= 1.31) {
            check_range(low, low * ratio);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(logarithmic_ones),
        cmocka_unit_test(every_range_has_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
