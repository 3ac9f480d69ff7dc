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

/* Another form of convolution is the same backend otherwise, and names what serves a shape. */
static void check_forms(const ls_backend *backend)
{
    static const struct {
        const char *form, *inner, *first, *strided;
    } cases[] = {
        {"auto", "winograd4", "direct", "direct"},
        {"direct", "direct", "direct", "direct"},
        {"winograd2", "winograd2", "winograd2", "direct"},
        {"winograd4", "winograd4", "winograd4", "direct"},
    };
    ls_conv inner = {.h = 8, .w = 8, .c = 64, .p = 8, .q = 8, .o = 128, .kernel = 3, .stride = 1};
    ls_conv first = {.h = 32, .w = 32, .c = 3, .p = 32, .q = 32, .o = 32, .kernel = 3, .stride = 1};
    ls_conv strided = {.h = 8, .w = 8, .c = 64, .p = 4, .q = 4, .o = 64, .kernel = 3, .stride = 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ls_backend *form = NULL;
        assert_int_equal(ls_backend_with_conv(&form, backend, cases[i].form), LS_OK);
        assert_int_equal(form->isa, backend->isa);
        assert_ptr_equal(form->dense_forward, backend->dense_forward);
        inner.form = first.form = strided.form = form->conv_form;
        assert_string_equal(form->conv_method(&inner), cases[i].inner);
        assert_string_equal(form->conv_method(&first), cases[i].first);
        assert_string_equal(form->conv_method(&strided), cases[i].strided);
    }
}

static void forms(void **state)
{
    (void)state;
    const ls_backend *form = NULL;
    for_each_set(check_forms);
    assert_int_equal(ls_backend_with_conv(&form, reference(), "direct"), LS_OK);
    assert_ptr_equal(form, reference());
    assert_int_equal(ls_backend_with_conv(&form, reference(), "winograd4"), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "backend.conv = winograd4: backend ref has direct"));
    assert_int_equal(ls_backend_with_conv(&form, reference(), "fft"), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "fft"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse),
        cmocka_unit_test(find),
        cmocka_unit_test(sets),
        cmocka_unit_test(forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
