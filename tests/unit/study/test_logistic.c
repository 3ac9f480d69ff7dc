/* Proves that L-BFGS finds known minima; that a logistic regression ends where the gradient, worked
 * out here in long double, is zero, and where plain gradient descent ends too; that a case of two
 * classes has the weights that follow by hand; that images left out take no part; and that
 * predictions are the likeliest classes. On `ref` and on `cpu`. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "study/logistic.h"

#include <math.h>
#include <string.h>

#define IMAGES  70
#define INPUTS  4
#define CLASSES 3
#define WEIGHTS ((INPUTS + 1) * CLASSES)
#define BLOCK   16

static const ls_lbfgs_rule to_the_end = {.gradient = 1e-7, .steps = 500};
static ls_comm *comm;

/* Rosenbrock's valley, in pairs of coordinates. */
static ls_status valley(void *context, const double *x, double *value, double *gradient)
{
    int n = *(const int *)context;
    *value = 0;
    for (int i = 0; i < n; i += 2) {
        double a = x[i + 1] - x[i] * x[i];
        double b = 1 - x[i];
        *value += 100 * a * a + b * b;
        gradient[i] = -400 * a * x[i] - 2 * b;
        gradient[i + 1] = 200 * a;
    }
    return LS_OK;
}

static void lbfgs_walks_a_bent_valley(void **state)
{
    (void)state;
    int n = 6;
    double x[] = {-1.2, 1, -1.2, 1, 3, -2};
    ls_lbfgs_rule rule = {.gradient = 1e-10, .steps = 300};
    ls_lbfgs_end end;
    assert_int_equal(ls_lbfgs(comm, &rule, n, x, valley, &n, &end), LS_OK);
    assert_true(end.converged && end.gradient <= 1e-10 && end.calls >= end.steps);
    for (int i = 0; i < n; i++) {
        assert_near(x[i], 1, 1e-9);
    }
}

static void lbfgs_stops_by_its_rule(void **state)
{
    (void)state;
    int n = 2;
    double x[] = {-1.2, 1};
    ls_lbfgs_rule rule = {.gradient = 1e-10, .steps = 5};
    ls_lbfgs_end end;
    assert_int_equal(ls_lbfgs(comm, &rule, n, x, valley, &n, &end), LS_OK);
    assert_true(end.steps == 5 && !end.converged && end.gradient > 1e-10);
    double far[] = {-1.2, 1};
    ls_lbfgs_rule little = {.gradient = 0, .decrease = 1e3, .steps = 100};
    assert_int_equal(ls_lbfgs(comm, &little, n, far, valley, &n, &end), LS_OK);
    assert_true(end.steps == LS_LBFGS_SPAN && end.converged);
}

/* Noise, with the label shifting two of the inputs: classes that overlap. */
static float points[IMAGES * INPUTS];
static uint8_t labels[IMAGES];

static ls_features make(void)
{
    ls_random_key key = {.seed = 3, .purpose = LS_PURPOSE_TEST};
    for (int i = 0; i < IMAGES; i++) {
        labels[i] = (uint8_t)(i * 7 % CLASSES);
        for (int v = 0; v < INPUTS; v++) {
            float noise = 2 * ls_random_uniform(&key, (uint32_t)(i * INPUTS + v)) - 1;
            points[i * INPUTS + v] = noise + (v < 2 ? 0.4F * (float)(labels[i] == v) : 0);
        }
    }
    return (ls_features){.images = IMAGES,
                         .count = IMAGES,
                         .block = BLOCK,
                         .values = INPUTS,
                         .classes = CLASSES,
                         .x = points,
                         .labels = labels};
}

/* By libm, from the formula; gradient: [INPUTS + 1, CLASSES] */
static void find_gradient(const long double *w, long double l2, const uint8_t *use,
                          long double *gradient)
{
    int images = 0;
    for (int i = 0; i < WEIGHTS; i++) {
        gradient[i] = 0;
    }
    for (int i = 0; i < IMAGES; i++) {
        if (use != NULL && use[i] == 0) {
            continue;
        }
        images++;
        long double p[CLASSES];
        long double sum = 0;
        for (int k = 0; k < CLASSES; k++) {
            long double z = w[INPUTS * CLASSES + k];
            for (int v = 0; v < INPUTS; v++) {
                z += (long double)points[i * INPUTS + v] * w[v * CLASSES + k];
            }
            p[k] = expl(z);
            sum += p[k];
        }
        for (int k = 0; k < CLASSES; k++) {
            long double r = p[k] / sum - (k == labels[i] ? 1 : 0);
            for (int v = 0; v < INPUTS; v++) {
                gradient[v * CLASSES + k] += r * (long double)points[i * INPUTS + v];
            }
            gradient[INPUTS * CLASSES + k] += r;
        }
    }
    for (int i = 0; i < WEIGHTS; i++) {
        gradient[i] = gradient[i] / images + (i < INPUTS * CLASSES ? l2 * w[i] : 0);
    }
}

static void check_optimum(const ls_logistic *l, long double l2, const uint8_t *use)
{
    long double w[WEIGHTS];
    long double gradient[WEIGHTS];
    for (int i = 0; i < WEIGHTS; i++) {
        w[i] = (long double)l->weights[i];
    }
    find_gradient(w, l2, use, gradient);
    for (int i = 0; i < WEIGHTS; i++) {
        assert_near((double)gradient[i], 0, 1e-6);
    }
}

static const ls_backend *find_backend(int i)
{
    const ls_backend *backend = NULL;
    ls_isa isa = i == 0 ? LS_ISA_PORTABLE : ls_isa_detect();
    assert_int_equal(ls_backend_find(&backend, i < 2 ? "cpu" : "ref", isa), LS_OK);
    return backend;
}

static void the_gradient_is_zero_at_the_end(void **state)
{
    (void)state;
    ls_features f = make();
    for (int b = 0; b < 3; b++) {
        ls_logistic l;
        ls_lbfgs_end end;
        assert_int_equal(ls_logistic_create(&l, find_backend(b), comm, INPUTS, CLASSES, BLOCK),
                         LS_OK);
        for (double l2 = 1e-1; l2 > 1e-5; l2 /= 10) {
            assert_int_equal(ls_logistic_fit(&l, &f, NULL, l2, &to_the_end, &end), LS_OK);
            assert_true(end.converged);
            check_optimum(&l, (long double)l2, NULL);
        }
        ls_logistic_destroy(&l);
    }
}

static void gradient_descent_ends_there_too(void **state)
{
    (void)state;
    ls_features f = make();
    long double w[WEIGHTS] = {0};
    long double gradient[WEIGHTS];
    for (int step = 0; step < 20000; step++) {
        find_gradient(w, 0.01L, NULL, gradient);
        for (int i = 0; i < WEIGHTS; i++) {
            w[i] -= gradient[i];
        }
    }
    ls_logistic l;
    ls_lbfgs_end end;
    assert_int_equal(ls_logistic_create(&l, find_backend(1), comm, INPUTS, CLASSES, BLOCK), LS_OK);
    assert_int_equal(ls_logistic_fit(&l, &f, NULL, 0.01, &to_the_end, &end), LS_OK);
    for (int i = 0; i < WEIGHTS; i++) {
        assert_near(l.weights[i], (double)w[i], 1e-4);
    }
    ls_logistic_destroy(&l);
}

/* One input of -1 or 1, and a label that agrees with its sign in three of four images. By symmetry
 * W = (-w, w) and b = 0, with sigmoid(2 w) - 3/4 + l2 w = 0; without a penalty w = ln(3) / 2. */
static void two_classes_by_hand(void **state)
{
    (void)state;
    float x[8];
    uint8_t y[8];
    for (int i = 0; i < 8; i++) {
        x[i] = i < 4 ? 1.0F : -1.0F;
        y[i] = (uint8_t)((i < 4) != (i % 4 == 0));
    }
    ls_features f = {
        .images = 8, .count = 8, .block = BLOCK, .values = 1, .classes = 2, .x = x, .labels = y};
    const double penalties[] = {0, 0.05, 0.5};
    for (int k = 0; k < 3; k++) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++) {
            double w = (low + high) / 2;
            *(1 / (1 + exp(-2 * w)) - 0.75 + penalties[k] * w < 0 ? &low : &high) = w;
        }
        ls_logistic l;
        ls_lbfgs_end end;
        assert_int_equal(ls_logistic_create(&l, find_backend(1), comm, 1, 2, BLOCK), LS_OK);
        assert_int_equal(ls_logistic_fit(&l, &f, NULL, penalties[k], &to_the_end, &end), LS_OK);
        assert_near(l.weights[1] - l.weights[0], 2 * low, 1e-5);
        assert_near(l.weights[3] - l.weights[2], 0, 1e-6);
        if (k == 0) {
            assert_near(low, log(3) / 2, 1e-12);
            assert_near(end.value, -0.75 * log(0.75) - 0.25 * log(0.25), 1e-7);
        }
        uint8_t predicted[8];
        ls_logistic_predict(&l, &f, predicted);
        for (int i = 0; i < 8; i++) {
            assert_int_equal(predicted[i], i < 4);
        }
        ls_logistic_destroy(&l);
    }
}

static void images_left_out_take_no_part(void **state)
{
    (void)state;
    ls_features f = make();
    uint8_t use[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
        use[i] = i % 5 != 0;
    }
    ls_logistic l;
    ls_lbfgs_end end;
    assert_int_equal(ls_logistic_create(&l, find_backend(1), comm, INPUTS, CLASSES, BLOCK), LS_OK);
    assert_int_equal(ls_logistic_fit(&l, &f, use, 0.01, &to_the_end, &end), LS_OK);
    check_optimum(&l, 0.01L, use);
    memset(use, 0, sizeof use);
    assert_int_equal(ls_logistic_fit(&l, &f, use, 0.01, &to_the_end, &end), LS_BAD_INPUT);
    ls_logistic_destroy(&l);
}

static int start(void **state)
{
    (void)state;
    return ls_comm_self(&comm) == LS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    ls_comm_finish(comm);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lbfgs_walks_a_bent_valley),
        cmocka_unit_test(lbfgs_stops_by_its_rule),
        cmocka_unit_test(the_gradient_is_zero_at_the_end),
        cmocka_unit_test(gradient_descent_ends_there_too),
        cmocka_unit_test(two_classes_by_hand),
        cmocka_unit_test(images_left_out_take_no_part),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
