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
        const char *form, *inner, *first, *strided, *doubling, *small, *last;
    } cases[] = {
        {"auto", "winograd4", "winograd4 forward", "direct", "winograd4", "winograd2", "direct"},
        {"direct", "direct", "direct", "direct", "direct", "direct", "direct"},
        {"winograd2", "winograd2", "winograd2", "direct", "winograd2", "winograd2", "winograd2"},
        {"winograd4", "winograd4", "winograd4", "direct", "winograd4", "winograd4", "winograd4"},
    };
    ls_conv inner = {.h = 8, .w = 8, .c = 64, .p = 8, .q = 8, .o = 128, .kernel = 3, .stride = 1};
    ls_conv first = {.h = 32, .w = 32, .c = 3, .p = 32, .q = 32, .o = 32, .kernel = 3, .stride = 1};
    ls_conv strided = {.h = 8, .w = 8, .c = 64, .p = 4, .q = 4, .o = 64, .kernel = 3, .stride = 2};
    ls_conv doubling = {.h = 8, .w = 8, .c = 64, .o = 32, .kernel = 3, .stride = 2, .pad = 1};
    ls_conv small = {.h = 4, .w = 4, .c = 128, .o = 64, .kernel = 3, .stride = 2, .pad = 1};
    ls_conv last = {.h = 16, .w = 16, .c = 32, .o = 3, .kernel = 3, .stride = 2, .pad = 1};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ls_backend *form = NULL;
        assert_int_equal(ls_backend_with_conv(&form, backend, cases[i].form), LS_OK);
        assert_int_equal(form->isa, backend->isa);
        assert_ptr_equal(form->dense_forward, backend->dense_forward);
        inner.form = first.form = strided.form = form->conv_form;
        assert_string_equal(form->conv_method(&inner), cases[i].inner);
        assert_string_equal(form->conv_method(&first), cases[i].first);
        assert_string_equal(form->conv_method(&strided), cases[i].strided);
        doubling.form = small.form = last.form = form->conv_form;
        assert_string_equal(form->deconv_method(&doubling), cases[i].doubling);
        assert_string_equal(form->deconv_method(&small), cases[i].small);
        assert_string_equal(form->deconv_method(&last), cases[i].last);
    }
}

/* The rule for few channels. */
static void check_thin_rule(const ls_backend *backend)
{
    static const struct {
        int h, w, c, o;
        const char *method;
    } cases[] = {
        {32, 32, 1, 32, "direct"}, {32, 32, 2, 16, "winograd4 forward"}, {32, 32, 3, 15, "direct"},
        {32, 3, 3, 16, "direct"},  {4, 4, 4, 64, "winograd4 forward"},   {32, 32, 5, 64, "direct"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ls_conv s = {.h = cases[i].h, .w = cases[i].w, .c = cases[i].c, .o = cases[i].o};
        s.p = s.h;
        s.q = s.w;
        s.kernel = 3;
        s.stride = 1;
        s.pad = 1;
        assert_string_equal(backend->conv_method(&s), cases[i].method);
    }
}

static void thin_rule(void **state)
{
    (void)state;
    for_each_set(check_thin_rule);
}

/* The rule for transposed convolutions: the fewest products, where channels pay for transforms. */
static void check_transposed_rule(const ls_backend *backend)
{
    static const struct {
        int h, w, c, o;
        const char *method;
    } cases[] = {
        {2, 2, 64, 32, "winograd2"}, {3, 3, 64, 32, "direct"},    {4, 4, 64, 32, "winograd2"},
        {6, 6, 64, 32, "winograd2"}, {7, 7, 64, 32, "winograd4"}, {8, 8, 16, 16, "winograd4"},
        {8, 8, 64, 15, "direct"},    {8, 8, 15, 64, "direct"},    {4, 16, 64, 32, "winograd4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ls_conv s = {.h = cases[i].h, .w = cases[i].w, .c = cases[i].c, .o = cases[i].o};
        s.kernel = 3;
        s.stride = 2;
        s.pad = 1;
        assert_string_equal(backend->deconv_method(&s), cases[i].method);
    }
}

static void transposed_rule(void **state)
{
    (void)state;
    for_each_set(check_transposed_rule);
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
        cmocka_unit_test(parse), cmocka_unit_test(find),      cmocka_unit_test(sets),
        cmocka_unit_test(forms), cmocka_unit_test(thin_rule), cmocka_unit_test(transposed_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
