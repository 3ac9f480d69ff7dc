/* Proves how findings are put in words: amounts and spans with two or three digits and the right
 * unit, an error split into what is wrong and its cure, long texts cut and never overrun, and ranks
 * named with their hosts. */
#include "doctor/exam.h"
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

static void amounts(void **state)
{
    (void)state;
    char text[LS_AMOUNT_CHARS];
    assert_string_equal(ls_amount(0, text), "0 bytes");
    assert_string_equal(ls_amount(1023, text), "1023 bytes");
    assert_string_equal(ls_amount(1536, text), "1.5 KiB");
    assert_string_equal(ls_amount(5.0 * 1048576, text), "5.0 MiB");
    assert_string_equal(ls_amount(712.0 * 1048576, text), "712 MiB");
    assert_string_equal(ls_amount(2000 * 0x1p50, text), "2000 PiB");
}

static void spans(void **state)
{
    (void)state;
    char text[LS_AMOUNT_CHARS];
    assert_string_equal(ls_span(0, text), "0.0 us");
    assert_string_equal(ls_span(3.14e-6, text), "3.1 us");
    assert_string_equal(ls_span(0.0421, text), "42 ms");
    assert_string_equal(ls_span(1.25, text), "1.2 s");
    assert_string_equal(ls_span(59, text), "59 s");
    assert_string_equal(ls_span(60, text), "1m00s");
    assert_string_equal(ls_span(3660, text), "1h01m");
    assert_string_equal(ls_span(90000, text), "1d01h");
}

static void errors(void **state)
{
    (void)state;
    static ls_finding finding;
    (void)ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "a: no room; b; make room");
    ls_found_error(&finding);
    assert_int_equal(finding.verdict, LS_VERDICT_FAIL);
    assert_string_equal(finding.found, "a: no room; b");
    assert_string_equal(finding.cure, "make room");
    (void)ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "a: no room");
    ls_found_error(&finding);
    assert_string_equal(finding.found, "a: no room");
    assert_true(finding.cure[0] != '\0');
}

static void worst_counts(void **state)
{
    (void)state;
    static ls_finding finding;
    finding = (ls_finding){.name = "x"};
    ls_cure(&finding, LS_VERDICT_FAIL, "%s", "one");
    ls_cure(&finding, LS_VERDICT_WARN, "%s", "two");
    assert_int_equal(finding.verdict, LS_VERDICT_FAIL);
    assert_string_equal(finding.cure, "one; two");
    for (int i = 0; i < LS_FOUND_CHARS; i++) {
        ls_found(&finding, "%s", "long ");
    }
    assert_int_equal(strlen(finding.found), LS_FOUND_CHARS - 1);
    assert_string_equal(ls_verdict_text(LS_VERDICT_OK), "ok");
    assert_string_equal(ls_verdict_text(LS_VERDICT_WARN), "warn");
    assert_string_equal(ls_verdict_text(LS_VERDICT_FAIL), "fail");
}

static void ranks(void **state)
{
    (void)state;
    static ls_finding finding;
    static ls_exam exam;
    bool marked[12] = {false, true, false, true};
    char expected[600];
    ls_comm *self;
    assert_int_equal(ls_comm_self(&self), LS_OK);
    exam = (ls_exam){.comm = self, .size = 12};
    const char *host = ls_comm_host(self);
    finding = (ls_finding){.name = "x"};
    ls_found_ranks(&finding, &exam, marked);
    snprintf(expected, sizeof expected, "rank 1 on %.250s, rank 3 on %.250s", host, host);
    assert_string_equal(finding.found, expected);
    memset(marked, true, 11);
    finding.found[0] = '\0';
    ls_found_ranks(&finding, &exam, marked);
    assert_non_null(strstr(finding.found, "rank 7 on "));
    assert_null(strstr(finding.found, "rank 8 on "));
    assert_non_null(strstr(finding.found, " and 3 more"));
    memset(marked, true, 12);
    finding.found[0] = '\0';
    ls_found_ranks(&finding, &exam, marked);
    assert_string_equal(finding.found, "every rank");
    ls_comm_finish(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts),      cmocka_unit_test(spans), cmocka_unit_test(errors),
        cmocka_unit_test(worst_counts), cmocka_unit_test(ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
