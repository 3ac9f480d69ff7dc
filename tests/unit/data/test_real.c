/* Proves, on the real CIFAR-10 that LOCKSTEP_DATA names (skipped without it), that images, classes
 * and channels are read rightly: the counts of Krizhevsky (2009) and the channels' mean and
 * deviation over the training images, as they are widely published to five digits. */
#include "unit/cmocka_all.h"

#include "lockstep/data/tools.h"

#include <stdio.h>
#include <stdlib.h>

#define FIVE_DIGITS 5.1e-6

static void cifar10(void **state)
{
    (void)state;
    static const double mean[3] = {0.49140, 0.48216, 0.44653};
    static const double deviation[3] = {0.24703, 0.24349, 0.26159};
    const char *path = getenv("LOCKSTEP_DATA");
    if (path == NULL || path[0] == '\0') {
        print_message("LOCKSTEP_DATA is not set\n");
        skip();
    }
    ls_config config;
    ls_config_defaults(&config);
    snprintf(config.data_path, sizeof config.data_path, "%s", path);
    ls_comm *comm;
    assert_int_equal(ls_comm_self(&comm), LS_OK);
    ls_data_report report;
    assert_int_equal(ls_data_info(&config, comm, &report), LS_OK);
    assert_true(report.info.images[LS_TRAIN] == 50000 && report.info.images[LS_TEST] == 10000);
    for (int k = 0; k < 10; k++) {
        assert_true(report.per_class[LS_TRAIN][k] == 5000);
        assert_true(report.per_class[LS_TEST][k] == 1000);
    }
    for (int c = 0; c < 3; c++) {
        assert_near(report.mean[LS_TRAIN][c], mean[c], FIVE_DIGITS);
        assert_near(report.deviation[LS_TRAIN][c], deviation[c], FIVE_DIGITS);
    }
    ls_comm_finish(comm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cifar10)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
