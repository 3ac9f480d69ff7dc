/* Proves that ls_ssim is scikit-image's structural similarity (Gaussian window, population
 * covariance, valid windows) on stored pairs, to 1e-6, and what must hold of it by definition. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/loss/ssim.h"

#include <string.h>

typedef struct ssim_pair {
    const char *name;
    ls_shape shape;
    const uint8_t *x, *y; /* [shape] */
    double value;
} ssim_pair;

#include "ssim_values.h"

#define PIXELS_MAX (32 * 32 * 3)

static const ls_backend *cpu(void)
{
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, "cpu", ls_isa_detect()), LS_OK);
    return backend;
}

static double measure(ls_shape shape, const uint8_t *x, const uint8_t *y)
{
    static float a[PIXELS_MAX], b[PIXELS_MAX]; /* [shape] */
    for (int64_t i = 0; i < ls_shape_count(shape); i++) {
        a[i] = (float)x[i] / 255.0f;
        b[i] = (float)y[i] / 255.0f;
    }
    void *scratch;
    assert_int_equal(ls_alloc(&scratch, ls_ssim_scratch(shape), "scratch"), LS_OK);
    double value = ls_ssim(cpu(), shape, a, b, 0, NULL, scratch);
    ls_free(scratch);
    return value;
}

static void test_values_of_scikit_image(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        print_message("%s\n", pairs[i].name);
        assert_near(measure(pairs[i].shape, pairs[i].x, pairs[i].y), pairs[i].value, 1e-6);
    }
}

static void test_is_one_for_equal_images_and_symmetric(void **state)
{
    (void)state;
    const ssim_pair *p = &pairs[1];
    assert_near(measure(p->shape, p->x, p->x), 1.0, 1e-12);
    assert_near(measure(p->shape, p->y, p->x), measure(p->shape, p->x, p->y), 1e-12);
}

static void test_small_images_are_refused(void **state)
{
    (void)state;
    assert_int_equal(ls_ssim_check(cpu(), (ls_shape){11, 11, 1}), LS_OK);
    assert_int_equal(ls_ssim_check(cpu(), (ls_shape){10, 32, 3}), LS_BAD_INPUT);
    assert_int_equal(ls_ssim_check(cpu(), (ls_shape){32, 10, 3}), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "32x10x3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_scikit_image),
        cmocka_unit_test(test_is_one_for_equal_images_and_symmetric),
        cmocka_unit_test(test_small_images_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
