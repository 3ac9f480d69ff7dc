/* Kernel sets by name, what a wrong setting says, and what a backend says of itself. */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <string.h>

static void parse(void **state)
{
    (void)state;
    ls_isa isa = LS_ISA_COUNT;
    assert_int_equal(ls_isa_parse("auto", LS_ISA_AVX2, &isa), LS_OK);
    assert_int_equal(isa, LS_ISA_AVX2);
    assert_int_equal(ls_isa_parse("portable", LS_ISA_AVX2, &isa), LS_OK);
    assert_int_equal(isa, LS_ISA_PORTABLE);
    assert_int_equal(ls_isa_parse("avx512", LS_ISA_AVX2, &isa), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "backend.isa = avx512"));
    assert_int_equal(ls_isa_parse("sse9", LS_ISA_AVX512, &isa), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "sse9"));
    for (int i = 0; i < LS_ISA_COUNT; i++) {
        assert_int_equal(ls_isa_parse(ls_isa_name((ls_isa)i), LS_ISA_AVX512, &isa), LS_OK);
        assert_int_equal(isa, i);
    }
}

static void find(void **state)
{
    (void)state;
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "gpu", LS_ISA_PORTABLE), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "gpu"));
    assert_string_equal(reference()->name, "ref");
    for (int isa = (int)ls_isa_detect() + 1; isa < LS_ISA_COUNT; isa++) {
        assert_int_equal(ls_backend_find(&backend, "cpu", (ls_isa)isa), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), ls_isa_name((ls_isa)isa)));
    }
}

static void check_set(const ls_backend *backend)
{
    char text[LS_BACKEND_TEXT_CHARS];
    assert_string_equal(backend->name, "cpu");
    assert_true(ls_backend_describe(backend, text) == text);
    assert_non_null(strstr(text, ls_isa_name((ls_isa)backend->isa)));
    assert_non_null(strstr(text, ls_backend_blas_core()));
    double peak = ls_backend_peak_gflops((ls_isa)backend->isa);
    assert_true(peak > 0.0 && peak < 2000.0);
}

static void sets(void **state)
{
    (void)state;
    for_each_set(check_set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse),
        cmocka_unit_test(find),
        cmocka_unit_test(sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
