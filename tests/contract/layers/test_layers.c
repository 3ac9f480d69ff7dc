/* Proves the layer contract for EVERY registered layer type (lockstep/layer/layer.h), over the
 * shapes in cases.c:
 *   - plans give the shapes worked out by hand, and refuse the others with the right message;
 *   - gradients of x and of every parameter are those of finite differences, on `ref`;
 *   - dw is added to, dx assigned, and dx may be absent;
 *   - parts of the gradients are written one by one, each where the plan says;
 *   - an image's output and dx do not depend on its place in the lane; in evaluation, nor do those
 *     of types that look across the lane in training;
 *   - `cpu` agrees with `ref` in every kernel set of this CPU;
 *   - in place is the same as not in place; nothing is allocated.
 * A registered type without a case fails. */
#include "rig.h"

#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define IMAGES 3

/* Of the largest value. Direct float32 arithmetic stays below 1e-6; Winograd's F(4x4) transforms
 * lose a digit more (Lavin and Gray, CVPR 2016, section 5). */
#define TOLERANCE_BACKENDS 5e-5
#define TOLERANCE_POSITION 1e-5

static const ls_backend *find(const char *name, ls_isa isa)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, name, isa), LS_OK);
    return backend;
}

static const ls_backend *ref(void)
{
    return find("ref", LS_ISA_PORTABLE);
}

typedef void check(const ls_layer_case *c, const ls_backend *backend);

/* Every case that plans, on one backend. */
static void each_case(check *run, const ls_backend *backend)
{
    for (int i = 0; i < ls_layer_case_count; i++) {
        if (ls_layer_cases[i].refused == NULL) {
            run(&ls_layer_cases[i], backend);
        }
    }
}

/* On `ref`, then on `cpu` with every kernel set of this CPU. */
static void each_backend(check *run)
{
    each_case(run, ref());
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        each_case(run, find("cpu", (ls_isa)isa));
    }
}

/* --- the table ------------------------------------------------------------------------------- */

static void every_type_has_a_case(void **state)
{
    (void)state;
    for (int i = 0; i < ls_layer_type_count(); i++) {
        const ls_layer_type *type = ls_layer_type_at(i);
        int found = 0;
        for (int k = 0; k < ls_layer_case_count; k++) {
            ls_rig rig;
            const ls_layer_case *c = &ls_layer_cases[k];
            if (c->refused == NULL && ls_rig_plan(&rig, c, ref(), IMAGES) == LS_OK) {
                found += rig.type == type && !c->large;
                ls_free(rig.self);
            }
        }
        if (found == 0) {
            fail_msg("layer type %s has no case in tests/contract/layers/cases.c", type->name);
        }
    }
}

static void plans_give_the_shapes(void **state)
{
    (void)state;
    for (int i = 0; i < ls_layer_case_count; i++) {
        const ls_layer_case *c = &ls_layer_cases[i];
        ls_rig rig;
        ls_status status = ls_rig_plan(&rig, c, ref(), IMAGES);
        if (c->refused != NULL) {
            assert_int_equal(status, LS_BAD_INPUT);
            if (strstr(ls_error_message(), c->refused) == NULL) {
                fail_msg("%s: \"%s\" does not say \"%s\"", c->text, ls_error_message(), c->refused);
            }
            continue;
        }
        if (status != LS_OK || !ls_shape_equal(rig.plan.out, c->out)) {
            fail_msg("%s: gives %dx%dx%d (%s)", c->text, rig.plan.out.h, rig.plan.out.w,
                     rig.plan.out.c, ls_error_message());
        }
        ls_free(rig.self);
    }
}

/* --- gradients -------------------------------------------------------------------------------- */

/* sum of dy * y in double: the function whose gradient by y is dy. What layers add to the loss
 * counts as the trainer has it, a mean over the batch. */
static double objective(ls_rig *rig)
{
    ls_rig_forward(rig);
    double sum = 0.0;
    for (int i = 0; i < rig->n; i++) {
        sum += rig->penalties[i] / rig->n;
    }
    for (int64_t i = 0; i < rig->out_count; i++) {
        sum += (double)rig->dy[i] * rig->y[i];
    }
    return sum;
}

/* d objective / d *at by the five-point formula, error h^4 f'''''/ 30. With h = 2^-5 and numbers in
 * multiples of 2^-10 the steps themselves are exact in float32; what is left is the rounding of the
 * outputs to float32, about 1e-7 / h of them. */
static double difference(ls_rig *rig, float *at)
{
    const float h = 0x1p-5F;
    const float middle = *at;
    const float steps[4] = {-2, -1, 1, 2};
    const double factors[4] = {1, -8, 8, -1};
    double sum = 0.0;
    for (int i = 0; i < 4; i++) {
        *at = middle + steps[i] * h;
        sum += factors[i] * objective(rig);
    }
    *at = middle;
    return sum / (12.0 * (double)h);
}

/* before: what stood in the gradient already, by index; NULL = it was assigned. */
static void check_gradient(ls_rig *rig, const char *what, const ls_layer_case *c, int64_t count,
                           float *at, const float *gradient, float (*before)(int64_t))
{
    double bound = 2e-5 * fmax(1.0, ls_rig_largest(count, gradient));
    for (int64_t i = 0; i < count; i++) {
        double expected = difference(rig, &at[i]) + (before != NULL ? before(i) : 0.0F);
        if (!(fabs(gradient[i] - expected) <= bound)) {
            fail_msg("%s: gradient of %s[%lld] = %.9g, finite differences give %.9g", c->text, what,
                     (long long)i, gradient[i], expected);
        }
    }
}

static void check_gradients(const ls_layer_case *c, const ls_backend *backend)
{
    if (c->large) {
        return;
    }
    ls_rig rig;
    ls_rig_open(&rig, c, backend, IMAGES);
    ls_rig_forward(&rig);
    ls_rig_backward(&rig);
    check_gradient(&rig, "x", c, rig.in_count, rig.x, rig.dx, NULL);
    check_gradient(&rig, "what it takes by name", c, rig.skip_count, rig.skip, rig.dskip,
                   ls_rig_old_gradient);
    for (int i = 0; i < rig.plan.param_count; i++) {
        check_gradient(&rig, rig.plan.params[i].name, c, rig.w_count[i], rig.w[i], rig.dw[i],
                       ls_rig_old_gradient);
    }
    ls_rig_close(&rig);
}

static void gradients_are_those_of_differences(void **state)
{
    (void)state;
    each_case(check_gradients, ref());
}

/* --- laws ------------------------------------------------------------------------------------- */

/* Without dx, the parameters' gradients come out the same. */
static void check_absent_dx(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig with;
    ls_rig without;
    ls_rig_open(&with, c, backend, IMAGES);
    ls_rig_open(&without, c, backend, IMAGES);
    ls_rig_forward(&with);
    ls_rig_forward(&without);
    ls_rig_backward(&with);
    ls_rig_backward_on(&without, without.dy, NULL);
    for (int i = 0; i < with.plan.param_count; i++) {
        ls_rig_assert_close(with.plan.params[i].name, c->text, with.w_count[i], without.dw[i],
                            with.dw[i], 0.0);
    }
    ls_rig_close(&without);
    ls_rig_close(&with);
}

static void dx_may_be_absent(void **state)
{
    (void)state;
    each_backend(check_absent_dx);
}

/* dw is added to: what stood there before shifts the result by as much. dx is assigned: NaN that
 * stood there (ls_rig_open) is gone. */
static void check_accumulation(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig from_old;
    ls_rig from_zero;
    ls_rig_open(&from_old, c, backend, IMAGES);
    ls_rig_open(&from_zero, c, backend, IMAGES);
    for (int i = 0; i < from_zero.plan.param_count; i++) {
        memset(from_zero.dw[i], 0, sizeof(float) * (size_t)from_zero.w_count[i]);
    }
    ls_rig_forward(&from_old);
    ls_rig_forward(&from_zero);
    ls_rig_backward(&from_old);
    ls_rig_backward(&from_zero);
    assert_true(ls_rig_largest(from_old.in_count, from_old.dx) < INFINITY);
    for (int i = 0; i < from_zero.plan.param_count; i++) {
        for (int64_t k = 0; k < from_zero.w_count[i]; k++) {
            from_zero.dw[i][k] += ls_rig_old_gradient(k);
        }
        ls_rig_assert_close(from_zero.plan.params[i].name, c->text, from_zero.w_count[i],
                            from_old.dw[i], from_zero.dw[i], 1e-6);
    }
    ls_rig_close(&from_zero);
    ls_rig_close(&from_old);
}

static void parameters_accumulate_and_dx_is_assigned(void **state)
{
    (void)state;
    each_backend(check_accumulation);
}

/* Which values are no longer those of ls_rig_open: `first` of all parameters' and how many. */
static void count_written(const ls_rig *rig, int64_t *first, int64_t *count)
{
    int64_t place = 0;
    *count = 0;
    for (int i = 0; i < rig->plan.param_count; i++) {
        for (int64_t k = 0; k < rig->w_count[i]; k++, place++) {
            if (rig->dw[i][k] != ls_rig_old_gradient(k)) {
                *first = *count == 0 ? place : *first;
                (*count)++;
            }
        }
    }
}

static void check_parts(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig rig;
    ls_rig_open(&rig, c, backend, IMAGES);
    int64_t written = 0;
    int64_t first = 0;
    assert_true(rig.plan.parts == 0 || rig.type->weigh != NULL);
    ls_rig_forward(&rig);
    if (rig.plan.parts > 0) {
        ls_rig_backward_without_parts(&rig);
    }
    for (int part = rig.plan.parts; part-- > 0;) {
        int64_t before = written;
        ls_rig_weigh(&rig, part, rig.dy);
        count_written(&rig, &first, &written);
        assert_true(written > before);
        assert_int_equal(first, part * rig.plan.part_values); /* x and dy have no zeros */
        assert_true(part == rig.plan.parts - 1 || written - before == rig.plan.part_values);
    }
    ls_rig_close(&rig);
}

static void parts_are_apart(void **state)
{
    (void)state;
    each_backend(check_parts);
}

/* to[i] = from[(i + 1) mod IMAGES], images of so many bytes. */
static void rotate_bytes(uint8_t *to, const uint8_t *from, int64_t bytes)
{
    for (int64_t i = 0; i < IMAGES; i++) {
        memcpy(to + i * bytes, from + (i + 1) % IMAGES * bytes, (size_t)bytes);
    }
}

/* Images of `count` values. */
static void rotate(float *to, const float *from, int64_t count)
{
    rotate_bytes((uint8_t *)to, (const uint8_t *)from, (int64_t)sizeof *to * count);
}

static void rotate_samples(ls_rig *rig)
{
    int64_t first = rig->samples[0];
    memmove(rig->samples, rig->samples + 1, sizeof first * (IMAGES - 1));
    rig->samples[IMAGES - 1] = first;
}

/* Two rigs of one case; the second has the images of the first, each one place earlier. */
static void open_rotated(ls_rig *plain, ls_rig *rotated, const ls_layer_case *c,
                         const ls_backend *backend)
{
    ls_rig_open(plain, c, backend, IMAGES);
    ls_rig_open(rotated, c, backend, IMAGES);
    rotate(rotated->x, plain->x, plain->in_count / IMAGES);
    rotate(rotated->dy, plain->dy, plain->out_count / IMAGES);
    rotate(rotated->skip, plain->skip, plain->skip_count / IMAGES);
    rotate_bytes(rotated->kept, plain->kept, plain->kept_count / IMAGES);
    rotate_samples(rotated);
}

static void check_rotated_y(ls_rig *plain, const ls_rig *rotated, const ls_layer_case *c)
{
    rotate(plain->dy, plain->y, plain->out_count / IMAGES); /* dy has done its work */
    ls_rig_assert_close("y of a moved image", c->text, plain->out_count, rotated->y, plain->dy,
                        TOLERANCE_POSITION);
}

static void check_position(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig plain;
    ls_rig rotated;
    open_rotated(&plain, &rotated, c, backend);
    if (!plain.plan.across_lane) {
        ls_rig_forward(&plain);
        ls_rig_backward(&plain);
        ls_rig_forward(&rotated);
        ls_rig_backward(&rotated);
        check_rotated_y(&plain, &rotated, c);
        rotate(plain.x, plain.dx, plain.in_count / IMAGES);
        ls_rig_assert_close("dx of a moved image", c->text, plain.in_count, rotated.dx, plain.x,
                            TOLERANCE_POSITION);
    }
    ls_rig_close(&rotated);
    ls_rig_close(&plain);
}

static void check_evaluation(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig plain;
    ls_rig rotated;
    open_rotated(&plain, &rotated, c, backend);
    ls_rig_evaluate(&plain);
    ls_rig_evaluate(&rotated);
    check_rotated_y(&plain, &rotated, c);
    rotated.n = 1; /* and the others may be absent */
    ls_rig_evaluate(&rotated);
    ls_rig_assert_close("y of an image alone", c->text, plain.out_count / IMAGES, rotated.y,
                        plain.dy, TOLERANCE_POSITION);
    ls_rig_close(&rotated);
    ls_rig_close(&plain);
}

static void images_do_not_depend_on_their_place(void **state)
{
    (void)state;
    each_backend(check_position);
    each_backend(check_evaluation);
}

/* All that forward and backward give. */
static void compare(const ls_rig *tested, const ls_rig *right, const char *text)
{
    ls_rig_assert_close("y", text, right->out_count, tested->y, right->y, TOLERANCE_BACKENDS);
    ls_rig_assert_close("dx", text, right->in_count, tested->dx, right->dx, TOLERANCE_BACKENDS);
    ls_rig_assert_close("dskip", text, right->skip_count, tested->dskip, right->dskip,
                        TOLERANCE_BACKENDS);
    for (int i = 0; i < right->plan.param_count; i++) {
        ls_rig_assert_close(right->plan.params[i].name, text, right->w_count[i], tested->dw[i],
                            right->dw[i], TOLERANCE_BACKENDS);
    }
    for (int i = 0; i < right->plan.state_count; i++) {
        ls_rig_assert_close(right->plan.states[i].name, text, right->state_values[i],
                            tested->dstate[i], right->dstate[i], TOLERANCE_BACKENDS);
    }
    for (int i = 0; i < right->n; i++) {
        double apart = fabs(tested->penalties[i] - right->penalties[i]);
        assert_true(apart <= TOLERANCE_BACKENDS * fabs(right->penalties[i]));
    }
}

static void check_against_ref(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig right;
    ls_rig tested;
    ls_rig_open(&right, c, ref(), IMAGES);
    ls_rig_open(&tested, c, backend, IMAGES);
    ls_rig_forward(&right);
    ls_rig_backward(&right);
    ls_rig_forward(&tested);
    ls_rig_backward(&tested);
    compare(&tested, &right, c->text);
    ls_rig_evaluate(&right);
    ls_rig_evaluate(&tested);
    ls_rig_assert_close("y in evaluation", c->text, right.out_count, tested.y, right.y,
                        TOLERANCE_BACKENDS);
    ls_rig_close(&tested);
    ls_rig_close(&right);
}

static void cpu_agrees_with_ref(void **state)
{
    (void)state;
    each_backend(check_against_ref);
}

/* Forward over x, then backward over dy, give the bits of separate memory. */
static void check_in_place(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig apart;
    ls_rig over;
    ls_rig_open(&apart, c, backend, IMAGES);
    if (apart.plan.in_place) {
        ls_rig_open(&over, c, backend, IMAGES);
        ls_rig_forward(&apart);
        ls_rig_backward(&apart);
        ls_rig_forward_on(&over, over.x, over.x);
        ls_rig_assert_close("y in place", c->text, apart.out_count, over.x, apart.y, 0.0);
        memcpy(over.y, over.x, sizeof(float) * (size_t)over.out_count);
        memcpy(over.x, apart.x, sizeof(float) * (size_t)over.in_count); /* needs_x keeps it */
        ls_rig_backward_on(&over, over.dy, over.dy);
        ls_rig_assert_close("dx in place", c->text, apart.in_count, over.dy, apart.dx, 0.0);
        ls_rig_close(&over);
    }
    ls_rig_close(&apart);
}

static void in_place_is_the_same(void **state)
{
    (void)state;
    each_backend(check_in_place);
}

static void check_allocation(const ls_layer_case *c, const ls_backend *backend)
{
    ls_rig rig;
    ls_rig_open(&rig, c, backend, IMAGES);
    int64_t calls = ls_alloc_calls();
    ls_rig_forward(&rig);
    ls_rig_backward(&rig);
    assert_int_equal(ls_alloc_calls(), calls);
    ls_rig_close(&rig);
}

static void nothing_is_allocated(void **state)
{
    (void)state;
    each_backend(check_allocation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_case),
        cmocka_unit_test(plans_give_the_shapes),
        cmocka_unit_test(gradients_are_those_of_differences),
        cmocka_unit_test(dx_may_be_absent),
        cmocka_unit_test(parameters_accumulate_and_dx_is_assigned),
        cmocka_unit_test(parts_are_apart),
        cmocka_unit_test(images_do_not_depend_on_their_place),
        cmocka_unit_test(cpu_agrees_with_ref),
        cmocka_unit_test(in_place_is_the_same),
        cmocka_unit_test(nothing_is_allocated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
