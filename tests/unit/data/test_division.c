/* Proves that limit and holdout divide the training images without loss: every sample in use is
 * kept apart or a training item, once; items ascend; the choice depends on data.split_seed and not
 * on train.seed; what can't be divided is refused. */
#include "unit/cmocka_all.h"

#include "data/division.h"
#include "lockstep/base/memory.h"

#include <string.h>

static ls_division make(const ls_config *config, int64_t images)
{
    ls_source_info info = {.images = {images, 100}};
    ls_division division;
    assert_int_equal(ls_division_create(&division, config, &info), LS_OK);
    return division;
}

static ls_config with(int64_t limit, int64_t holdout, int64_t split_seed)
{
    ls_config config;
    ls_config_defaults(&config);
    config.data_limit = limit;
    config.data_holdout = holdout;
    config.data_split_seed = split_seed;
    return config;
}

static void check_division(int64_t images, int64_t limit, int64_t holdout)
{
    ls_config config = with(limit, holdout, 3);
    ls_division division = make(&config, images);
    int64_t used = limit > 0 && limit < images ? limit : images;
    assert_true(division.used == used);
    assert_true(division.held_count == holdout);
    int64_t item = 0;
    int64_t held = 0;
    for (int64_t sample = 0; sample < used; sample++) {
        assert_true(ls_division_held_below(&division, sample) == held);
        if (held < holdout && division.held[held] == sample) {
            held++;
        } else {
            assert_true(ls_division_sample(&division, item) == sample);
            item++;
        }
    }
    assert_true(held == holdout && item == used - holdout);
    ls_division_destroy(&division);
}

static void divides_all(void **state)
{
    (void)state;
    const int64_t holdouts[] = {0, 1, 7, 49, 99};
    for (size_t i = 0; i < sizeof holdouts / sizeof *holdouts; i++) {
        check_division(100, 0, holdouts[i]);
        check_division(1000, 100, holdouts[i]);
        check_division(100, 5000, holdouts[i]);
    }
}

static void by_its_own_seed(void **state)
{
    (void)state;
    ls_config config = with(0, 50, 3);
    ls_division one = make(&config, 1000);
    config.train_seed = 77;
    ls_division same = make(&config, 1000);
    config.data_split_seed = 4;
    ls_division other = make(&config, 1000);
    assert_memory_equal(one.held, same.held, 50 * sizeof(int64_t));
    assert_memory_not_equal(one.held, other.held, 50 * sizeof(int64_t));
    ls_division_destroy(&one);
    ls_division_destroy(&same);
    ls_division_destroy(&other);
}

static void refuses(void **state)
{
    (void)state;
    ls_source_info info = {.images = {100, 0}};
    ls_division division;
    ls_config config = with(0, 0, 0);
    assert_int_equal(ls_division_create(&division, &config, &info), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "data.holdout"));
    config = with(50, 50, 0);
    assert_int_equal(ls_division_create(&division, &config, &info), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "data.holdout = 50"));
    info.images[LS_TRAIN] = 0;
    assert_int_equal(ls_division_create(&division, &config, &info), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "no training images"));
    assert_true(ls_alloc_live() == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_all),
        cmocka_unit_test(by_its_own_seed),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
