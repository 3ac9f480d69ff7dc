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

/* Labels cycle through 3 classes. Each class has its number among the items, none of which is kept
 * apart; a smaller choice is part of a larger one; items_below counts; what is missing is named. */
static void labels_are_chosen(void **state)
{
    (void)state;
    enum { USED = 90, CLASSES = 3 };
    int64_t labels[USED];
    bool few[USED] = {false};
    for (int i = 0; i < USED; i++) {
        labels[i] = i % CLASSES;
    }
    ls_config config = with(0, 9, 3);
    for (int64_t n = 4; n <= 16; n += 12) {
        ls_division division = make(&config, USED);
        assert_int_equal(ls_division_choose(&division, n, CLASSES, labels), LS_OK);
        assert_true(ls_division_items(&division) == CLASSES * n);
        int64_t counts[CLASSES] = {0};
        for (int64_t item = 0; item < CLASSES * n; item++) {
            int64_t sample = ls_division_sample(&division, item);
            assert_true(ls_division_items_below(&division, sample) == item);
            assert_true(ls_division_items_below(&division, sample + 1) == item + 1);
            counts[labels[sample]]++;
            for (int64_t k = 0; k < division.held_count; k++) {
                assert_true(division.held[k] != sample);
            }
            few[sample] = few[sample] || n == 4;
        }
        assert_true(counts[0] == n && counts[1] == n && counts[2] == n);
        int64_t shared = 0;
        for (int64_t item = 0; item < CLASSES * n; item++) {
            shared += few[ls_division_sample(&division, item)];
        }
        assert_true(shared == CLASSES * 4);
        ls_division_destroy(&division);
    }
    ls_division division = make(&config, USED);
    assert_int_equal(ls_division_choose(&division, 31, CLASSES, labels), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "data.labels = 31: class 0 has only"));
    ls_division_destroy(&division);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_chosen),
        cmocka_unit_test(divides_all),
        cmocka_unit_test(by_its_own_seed),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
