/* Proves: mse gives each image's mean of squares (worked out by hand), its gradient is that of the
 * mean over the batch's true number of images, and it may be asked for values alone. */
#include "unit/cmocka_all.h"

#include "lockstep/loss/loss.h"

#include <math.h>
#include <string.h>

static const ls_backend *ref(void)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

static const ls_shape shape = {1, 2, 2};
static const float y[8] = {0.5F, 1.0F, 0.0F, 0.25F, 1.0F, 1.0F, 1.0F, 1.0F};
static const float target[8] = {0.0F, 1.0F, 1.0F, 0.25F, 0.0F, 0.0F, 0.0F, 0.0F};

static void run(int64_t images, double *values, float *dy)
{
    ls_loss *loss;
    assert_int_equal(ls_loss_create(&loss, "mse", ref(), shape, 2), LS_OK);
    ls_loss_run(loss, 2, y, target, images, values, NULL, dy);
    ls_loss_destroy(loss);
}

static void values_are_means_of_squares(void **state)
{
    (void)state;
    double values[2];
    run(2, values, NULL);
    assert_true(fabs(values[0] - 1.25 / 4) < 1e-12);
    assert_true(fabs(values[1] - 1.0) < 1e-12);
}

/* Two images of a batch of five: dy = 2 (y - target) / (4 values * 5 images). */
static void gradient_is_of_the_batch_mean(void **state)
{
    (void)state;
    double values[2];
    float dy[8];
    memset(dy, 0xff, sizeof dy);
    run(5, values, dy);
    for (int i = 0; i < 8; i++) {
        double expected = 2.0 * ((double)y[i] - target[i]) / (4 * 5);
        assert_true(fabs(dy[i] - expected) <= 1e-8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_means_of_squares),
        cmocka_unit_test(gradient_is_of_the_batch_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
