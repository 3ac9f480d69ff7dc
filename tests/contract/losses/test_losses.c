/* Proves the contract of a loss for EVERY registered type (lockstep/loss/loss.h):
 *   - an image's value is that of its definition (formulas.c), on every backend;
 *   - dy is the gradient by finite differences, on `ref`, and shrinks as the batch grows;
 *   - `cpu` agrees with `ref` in every kernel set of this CPU, and the sets agree to the bit;
 *   - values and dy do not depend on the image's place in the lane, nor values on whether dy is
 *     wanted;
 *   - terms add up by their weights, and the mean squared error beside them is that of mse alone;
 *     terms of images and terms of classes don't;
 *   - NaN is never hidden; a backend without the operation is refused, or gives the same bits;
 *     nothing is allocated.
 * A registered type without a formula fails. */
#include "formulas.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/loss/loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define IMAGES     3
#define VALUES_MAX (16 * 13 * 3)
#define BATCH      8 /* images of the global batch */

/* The first has no values left over in any vector, the second no multiple of anything. */
static const ls_shape shapes[] = {{16, 12, 2}, {12, 13, 3}};
#define SHAPES ((int)(sizeof shapes / sizeof shapes[0]))

typedef struct lane {
    ls_shape shape;
    int64_t count; /* of an image */
    float y[IMAGES * VALUES_MAX], target[IMAGES * VALUES_MAX];
    double values[IMAGES], measure[IMAGES];
    float dy[IMAGES * VALUES_MAX];
} lane;

static const ls_backend *find(const char *name, int isa)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, name, (ls_isa)isa), LS_OK);
    return backend;
}

static const ls_backend *ref(void)
{
    return find("ref", LS_ISA_PORTABLE);
}

typedef void check(const char *name, lane *l, const ls_backend *backend);

static uint64_t state;

static int draw(int below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)below);
}

/* Multiples of 2^-10: y in [0.2, 0.8], and differences that stay away from 0 and from 0.1, where
 * mae and huber have no second derivative, and within [0, 1]. */
static void fill(lane *l, ls_shape shape)
{
    memset(l, 0, sizeof *l);
    l->shape = shape;
    l->count = ls_shape_count(shape);
    state = 7;
    for (int64_t i = 0; i < IMAGES * l->count; i++) {
        int y = 210 + draw(600);
        int difference = draw(2) == 0 ? 20 + draw(60) : 125 + draw(75);
        l->y[i] = (float)y * 0x1p-10F;
        l->target[i] = (float)(draw(2) == 0 ? y + difference : y - difference) * 0x1p-10F;
    }
}

/* The type of a term: "huber" of "huber(0.11)". */
static const ls_loss_type *type_of(const char *term)
{
    char name[64] = "";
    memcpy(name, term, strcspn(term, "("));
    return ls_loss_type_find(name);
}

/* Every type and shape on one backend; a type that takes a number also with another than its own,
 * one that no difference of fill() is near. */
static void each_case(check *run, const ls_backend *backend)
{
    static lane l;
    for (int i = 0; i < ls_loss_type_count(); i++) {
        const ls_loss_type *type = ls_loss_type_at(i);
        char given[64];
        snprintf(given, sizeof given, "%s(0.11)", type->name);
        for (int s = 0; s < SHAPES; s++) {
            fill(&l, shapes[s]);
            run(type->name, &l, backend);
            if (type->argument != NULL) {
                fill(&l, shapes[s]);
                run(given, &l, backend);
            }
        }
    }
}

/* On `ref`, then on `cpu` with every kernel set of this CPU. */
static void each_backend(check *run)
{
    each_case(run, ref());
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        each_case(run, find("cpu", isa));
    }
}

static ls_loss *create(const char *terms, const lane *l, const ls_backend *backend)
{
    ls_loss *loss;
    if (ls_loss_create(&loss, terms, backend, l->shape, IMAGES) != LS_OK) {
        fail_msg("%s: %s", terms, ls_error_message());
    }
    return loss;
}

static void run_with(const char *terms, lane *l, const ls_backend *backend, int64_t images)
{
    ls_loss *loss = create(terms, l, backend);
    memset(l->dy, 0xff, sizeof l->dy); /* NaN: dy is assigned */
    ls_loss_run(loss, IMAGES, l->y, l->target, images, l->values, l->measure, l->dy);
    ls_loss_destroy(loss);
}

static void assert_close(const char *what, const char *name, const lane *got, const lane *want,
                         double tolerance)
{
    double largest = 0;
    for (int64_t i = 0; i < IMAGES * want->count; i++) {
        largest = fmax(largest, fabs((double)want->dy[i]));
    }
    for (int i = 0; i < IMAGES; i++) {
        if (!(fabs(got->values[i] - want->values[i]) <= tolerance * fabs(want->values[i]))) {
            fail_msg("%s: %s: value %.17g, expected %.17g", name, what, got->values[i],
                     want->values[i]);
        }
    }
    for (int64_t i = 0; i < IMAGES * want->count; i++) {
        if (!(fabs((double)got->dy[i] - want->dy[i]) <= tolerance * largest)) {
            fail_msg("%s: %s: dy[%lld] = %.9g, expected %.9g", name, what, (long long)i,
                     (double)got->dy[i], (double)want->dy[i]);
        }
    }
}

/* --- values and gradients --------------------------------------------------------------------- */

static void check_values(const char *name, lane *l, const ls_backend *backend)
{
    run_with(name, l, backend, BATCH);
    for (int i = 0; i < IMAGES; i++) {
        long double want =
            loss_formula(name, l->shape, l->y + i * l->count, l->target + i * l->count);
        if (!(fabsl(l->values[i] - want) <= 3e-7L * fabsl(want))) {
            fail_msg("%s on %s: value %.17g, the formula gives %.17Lg", name, backend->name,
                     l->values[i], want);
        }
    }
}

static void values_are_by_definition(void **unused)
{
    (void)unused;
    each_backend(check_values);
}

/* The mean over the batch of image i's value, moved at *at. */
static double value_at(const ls_loss *loss, lane *l, int64_t image, float *at, float y)
{
    float before = *at;
    double value;
    *at = y;
    ls_loss_run(loss, 1, l->y + image * l->count, l->target + image * l->count, BATCH, &value, NULL,
                NULL);
    *at = before;
    return value / BATCH;
}

/* The five-point formula; with h = 2^-8 and y in multiples of 2^-10 the steps are exact. Its error,
 * h^4 / 30 of the fifth derivative, is largest for bce at 0.2: 24 / 0.2^5 h^4 / 30, 6e-7 beside a
 * derivative of 5. */
static void check_gradient(const char *name, lane *l, const ls_backend *backend)
{
    const float h = 0x1p-8F;
    char terms[32];
    snprintf(terms, sizeof terms, "0.75*%s", name);
    run_with(terms, l, backend, BATCH);
    ls_loss *loss = create(terms, l, backend);
    double largest = 0;
    for (int64_t i = 0; i < IMAGES * l->count; i++) {
        largest = fmax(largest, fabs((double)l->dy[i]));
    }
    for (int64_t i = 0; i < IMAGES * l->count; i++) {
        float *at = &l->y[i];
        int64_t image = i / l->count;
        double far =
            value_at(loss, l, image, at, *at - 2 * h) - value_at(loss, l, image, at, *at + 2 * h);
        double near = value_at(loss, l, image, at, *at + h) - value_at(loss, l, image, at, *at - h);
        double want = (far + 8 * near) / (12 * (double)h);
        if (!(fabs(l->dy[i] - want) <= 1e-6 * largest)) {
            fail_msg("%s: dy[%lld] = %.9g, finite differences give %.9g", name, (long long)i,
                     (double)l->dy[i], want);
        }
    }
    assert_true(largest > 0);
    ls_loss_destroy(loss);
}

static void gradients_are_those_of_differences(void **unused)
{
    (void)unused;
    each_case(check_gradient, ref());
}

static void check_batch(const char *name, lane *l, const ls_backend *backend)
{
    static lane twice;
    twice = *l;
    run_with(name, l, backend, BATCH);
    run_with(name, &twice, backend, 2 * BATCH);
    for (int64_t i = 0; i < IMAGES * l->count; i++) {
        l->dy[i] /= 2;
    }
    assert_close("in a batch twice as large", name, &twice, l, 0);
}

static void gradients_are_of_the_batch_mean(void **unused)
{
    (void)unused;
    each_backend(check_batch);
}

/* --- backends --------------------------------------------------------------------------------- */

static void check_against_ref(const char *name, lane *l, const ls_backend *backend)
{
    static lane right;
    right = *l;
    run_with(name, &right, ref(), BATCH);
    run_with(name, l, backend, BATCH);
    assert_close("against ref", name, l, &right, 1e-6);
}

static void check_bits(const char *name, lane *l, const ls_backend *backend)
{
    static lane portable;
    portable = *l;
    run_with(name, &portable, find("cpu", LS_ISA_PORTABLE), BATCH);
    run_with(name, l, backend, BATCH);
    assert_close("against the portable set", name, l, &portable, 0);
}

static void kernel_sets_agree(void **unused)
{
    (void)unused;
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        each_case(check_against_ref, find("cpu", isa));
        each_case(check_bits, find("cpu", isa));
    }
}

static void check_operations(const char *name, lane *l, const ls_backend *backend)
{
    ls_backend bare = *backend;
    ls_loss *loss;
    bare.mse = bare.mae = bare.bce = NULL;
    bare.huber = NULL;
    bare.filter = NULL;
    if (ls_loss_create(&loss, name, &bare, l->shape, IMAGES) == LS_OK) {
        static lane complete;
        ls_loss_destroy(loss);
        complete = *l;
        run_with(name, &complete, backend, BATCH);
        run_with(name, l, &bare, BATCH);
        assert_close("without operations", name, l, &complete, 0);
        return;
    }
    assert_null(loss);
    assert_non_null(strstr(ls_error_message(), type_of(name)->name));
    assert_non_null(strstr(ls_error_message(), "use another backend.name"));
}

static void absent_operations_are_refused(void **unused)
{
    (void)unused;
    each_case(check_operations, ref());
}

/* --- laws ------------------------------------------------------------------------------------- */

static void rotate(float *images, int64_t count)
{
    static float first[VALUES_MAX];
    size_t bytes = (size_t)count * sizeof *images;
    memcpy(first, images, bytes);
    memmove(images, images + count, (IMAGES - 1) * bytes);
    memcpy(images + (IMAGES - 1) * count, first, bytes);
}

static void check_place(const char *name, lane *l, const ls_backend *backend)
{
    static lane rotated;
    rotated = *l;
    rotate(rotated.y, l->count);
    rotate(rotated.target, l->count);
    run_with(name, &rotated, backend, BATCH);
    run_with(name, l, backend, BATCH);
    double first = l->values[0];
    memmove(l->values, l->values + 1, (IMAGES - 1) * sizeof first);
    l->values[IMAGES - 1] = first;
    rotate(l->dy, l->count);
    assert_close("moved within the lane", name, &rotated, l, 0);
}

static void images_do_not_depend_on_their_place(void **unused)
{
    (void)unused;
    each_backend(check_place);
}

static void check_values_alone(const char *name, lane *l, const ls_backend *backend)
{
    double values[IMAGES];
    run_with(name, l, backend, BATCH);
    ls_loss *loss = create(name, l, backend);
    int64_t calls = ls_alloc_calls();
    ls_loss_run(loss, IMAGES, l->y, l->target, BATCH, values, NULL, NULL);
    ls_loss_run(loss, IMAGES, l->y, l->target, BATCH, l->values, l->measure, l->dy);
    assert_int_equal(ls_alloc_calls(), calls);
    ls_loss_destroy(loss);
    assert_memory_equal(values, l->values, sizeof values);
}

static void values_come_without_dy_and_nothing_is_allocated(void **unused)
{
    (void)unused;
    each_backend(check_values_alone);
}

/* A weighted sum of this type and every other one. */
static void check_sum(const char *name, lane *l, const ls_backend *backend)
{
    static lane other, one, both;
    one = both = *l;
    run_with(name, &one, backend, BATCH);
    for (int k = 0; k < ls_loss_type_count(); k++) {
        const char *second = ls_loss_type_at(k)->name;
        char terms[64];
        if (ls_loss_type_at(k) == type_of(name)) {
            continue;
        }
        if (ls_loss_type_at(k)->of_classes != type_of(name)->of_classes) {
            ls_loss *loss;
            snprintf(terms, sizeof terms, "%s + %s", name, second);
            assert_int_equal(ls_loss_create(&loss, terms, backend, l->shape, IMAGES), LS_BAD_INPUT);
            continue;
        }
        other = *l;
        run_with(second, &other, backend, BATCH);
        snprintf(terms, sizeof terms, "0.75*%s + 3*%s", name, second);
        for (int i = 0; i < IMAGES; i++) {
            other.values[i] = 0.75 * one.values[i] + 3 * other.values[i];
        }
        for (int64_t i = 0; i < IMAGES * l->count; i++) {
            other.dy[i] = 0.75F * one.dy[i] + 3 * other.dy[i];
        }
        run_with(terms, &both, backend, BATCH);
        assert_close("as a sum", terms, &both, &other, 1e-6);
        run_with("mse", l, backend, BATCH);
        assert_memory_equal(both.measure, l->values, sizeof both.measure);
        assert_memory_equal(both.measure, one.measure, sizeof both.measure);
    }
}

static void terms_add_up(void **unused)
{
    (void)unused;
    each_backend(check_sum);
}

/* In the middle of the second image, where every window of SSIM has it. */
static void check_nan(const char *name, lane *l, const ls_backend *backend)
{
    int64_t at = l->count + l->count / 2;
    l->y[at] = NAN;
    run_with(name, l, backend, BATCH);
    assert_true(isfinite(l->values[0]) && isnan(l->values[1]) && isfinite(l->values[2]));
    assert_true(isnan(l->dy[at]));
    assert_true(isfinite(l->dy[0]) && isfinite(l->dy[2 * l->count]));
}

static void nan_is_not_hidden(void **unused)
{
    (void)unused;
    each_backend(check_nan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_by_definition),
        cmocka_unit_test(gradients_are_those_of_differences),
        cmocka_unit_test(gradients_are_of_the_batch_mean),
        cmocka_unit_test(kernel_sets_agree),
        cmocka_unit_test(absent_operations_are_refused),
        cmocka_unit_test(images_do_not_depend_on_their_place),
        cmocka_unit_test(values_come_without_dy_and_nothing_is_allocated),
        cmocka_unit_test(terms_add_up),
        cmocka_unit_test(nan_is_not_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
