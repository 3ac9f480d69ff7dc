/* Proves of single values, worked out by hand, on `ref` and in every kernel set: mae's derivative
 * is 0 where there is none; huber changes from square to line at delta, which is 0.1 or the one
 * given; bce stays finite for outputs of 0 and 1 and down to the smallest numbers, and gives NaN
 * outside; small images are refused by ssim with their option; the loss says what it wants of
 * outputs. */
#include "unit/cmocka_all.h"

#include "lockstep/loss/loss.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct point {
    const char *terms;
    float y, target;
    double value, derivative;
} point;

static const point points[] = {
    {"mae", 0.75F, 0.5F, 0.25, 1},
    {"mae", 0.25F, 0.5F, 0.25, -1},
    {"mae", 0.5F, 0.5F, 0, 0},
    {"huber", 0.5F, 0.4375F, 0.5 * 0.0625 * 0.0625, 0.0625},
    {"huber", 0.5F, 0.25F, 0.1 * (0.25 - 0.05), 0.1},
    {"huber", 0.25F, 0.5F, 0.1 * (0.25 - 0.05), -0.1},
    {"huber(0.25)", 0.5F, 0.25F, 0.03125, 0.25},
    {"huber(delta=0.125)", 0.75F, 0.25F, 0.125 * (0.5 - 0.0625), 0.125},
    {"2*huber(1)", 0.5F, 0.25F, 0.0625, 0.5}, /* the squared error within delta */
    {"bce", 0.5F, 1, 0.6931471805599453, -2},
    {"bce", 0.25F, 0, 0.28768207245178093, 4.0 / 3},
    {"bce", 0.25F, 0.25F, 0.5623351446188083, 0},
    {"bce", 0, 1, 100, -1e12},
    {"bce", 1, 0, 100, 1e12},
    {"bce", 0, 0, 0, 0},
    {"bce", 1, 1, 0, 0},
    {"bce", FLT_MIN, 1, 87.33654475055312, -1e12},
    {"bce", 0x1p-130F, 1, 90.1091334727929, -1e12}, /* below the normal numbers */
    {"bce", 1 - FLT_EPSILON / 2, 0, 16.635532333438686, 1 / (0x1p-24 * (1 - 0x1p-24))},
    {"3*mse", 0.75F, 0.5F, 0.1875, 1.5},
};

static void run(const ls_backend *backend, const point *p, double *value, float *dy)
{
    ls_loss *loss;
    assert_int_equal(ls_loss_create(&loss, p->terms, backend, (ls_shape){1, 1, 1}, 1), LS_OK);
    ls_loss_run(loss, 1, &p->y, &p->target, 1, value, NULL, dy);
    ls_loss_destroy(loss);
}

static void check_points(const ls_backend *backend)
{
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        const point *p = &points[i];
        double value;
        float dy;
        run(backend, p, &value, &dy);
        if (!(fabs(value - p->value) <= 3e-7 * p->value) ||
            !(fabs((double)dy - p->derivative) <= 3e-7 * fabs(p->derivative))) {
            fail_msg("%s: %s of %g for %g: %.9g and %.9g, expected %.9g and %.9g", backend->name,
                     p->terms, (double)p->y, (double)p->target, value, (double)dy, p->value,
                     p->derivative);
        }
    }
}

static void check_outside(const ls_backend *backend)
{
    static const float outside[] = {-0x1p-24F, 1 + FLT_EPSILON, -INFINITY, INFINITY, NAN};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        double value;
        float dy;
        run(backend, &(point){.terms = "bce", .y = outside[i], .target = 0.5F}, &value, &dy);
        assert_true(isnan(value));
    }
}

static const ls_backend *find(const char *name, int isa)
{
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, name, (ls_isa)isa), LS_OK);
    return backend;
}

static void values_and_derivatives(void **state)
{
    (void)state;
    check_points(find("ref", LS_ISA_PORTABLE));
    check_outside(find("ref", LS_ISA_PORTABLE));
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        check_points(find("cpu", isa));
        check_outside(find("cpu", isa));
    }
}

static void small_images_are_refused(void **state)
{
    (void)state;
    ls_loss *loss;
    size_t bytes;
    const ls_backend *ref = find("ref", LS_ISA_PORTABLE);
    assert_int_equal(ls_loss_create(&loss, "mse + ssim", ref, (ls_shape){11, 10, 3}, 4),
                     LS_BAD_INPUT);
    assert_non_null(
        strstr(ls_error_message(), "loss.terms: ssim: images of 11x10x3 are too small"));
    assert_int_equal(ls_loss_measure("ssim", ref, (ls_shape){10, 11, 3}, 4, &bytes), LS_BAD_INPUT);
    assert_int_equal(ls_loss_measure("ssim", ref, (ls_shape){11, 11, 3}, 4, &bytes), LS_OK);
    assert_true(bytes > 0);
}

static void outputs_are_advised(void **state)
{
    (void)state;
    static const char *const terms[] = {"mse + ssim", "mse + bce"};
    for (int i = 0; i < 2; i++) {
        ls_loss *loss;
        const ls_backend *ref = find("ref", LS_ISA_PORTABLE);
        assert_int_equal(ls_loss_create(&loss, terms[i], ref, (ls_shape){11, 11, 1}, 1), LS_OK);
        assert_int_equal(strstr(ls_loss_advice(loss), "sigmoid") != NULL, i == 1);
        ls_loss_destroy(loss);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_derivatives),
        cmocka_unit_test(small_images_are_refused),
        cmocka_unit_test(outputs_are_advised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
