/* Proves the learning rate of chosen steps by hand: the warm-up's line, whatever follows it; each
 * epoch of optim.step_epochs; the ends and the middle of a cosine; plateaus counted on made
 * histories, and that those of a run's beginning are those of the whole run cut short, as a resumed
 * run needs. */
#include "unit/cmocka_all.h"

#include "lockstep/train/engine.h"

#include <math.h>

#define EPOCH_STEPS 10

static void set(ls_config *config, int count, const char *const *arguments)
{
    ls_config_defaults(config);
    const char *const lr[] = {"optim.lr=0.5"};
    assert_int_equal(ls_config_apply_arguments(config, 1, lr), LS_OK);
    assert_int_equal(ls_config_apply_arguments(config, count, arguments), LS_OK);
}

static double rate(const ls_config *config, int64_t plateaus, int64_t step)
{
    const ls_schedule schedule = {.epoch_steps = EPOCH_STEPS, .plateaus = plateaus};
    return ls_learning_rate(config, &schedule, step);
}

static void constant_and_warm_up(void **state)
{
    (void)state;
    ls_config config;
    set(&config, 1, (const char *const[]){"train.epochs=4"});
    assert_true(rate(&config, 3, 1) == 0.5);
    assert_true(rate(&config, 3, 1000000) == 0.5);
    const char *const kinds[] = {"optim.schedule=constant", "optim.schedule=step",
                                 "optim.schedule=cosine", "optim.schedule=plateau"};
    for (int i = 0; i < 4; i++) {
        set(&config, 2, (const char *const[]){"optim.warmup_steps=8", kinds[i]});
        assert_true(rate(&config, 0, 1) == 0.0625);
        assert_true(rate(&config, 0, 6) == 0.375);
        assert_true(fabs(rate(&config, 0, 8) - 0.5) <= 1e-16);
    }
}

/* The rate falls with the first step of the epoch that follows. */
static void steps_down(void **state)
{
    (void)state;
    ls_config config;
    set(&config, 3,
        (const char *const[]){"optim.schedule=step", "optim.step_epochs=2,5,3",
                              "optim.step_factor=0.25"});
    const struct {
        int64_t step;
        double rate;
    } expected[] = {{1, 0.5},      {20, 0.5},     {21, 0.125},     {30, 0.125},
                    {31, 0.03125}, {50, 0.03125}, {51, 0.0078125}, {1000, 0.0078125}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(rate(&config, 0, expected[i].step) == expected[i].rate);
    }
}

/* From 0.5 at step 8, the warm-up's end, to 0.1 at step 40, the last of 4 epochs: half of the way
 * down at step 24, and at step 16, a quarter of the time, 0.3 + 0.2 sqrt(1/2). */
static void cosine(void **state)
{
    (void)state;
    ls_config config;
    set(&config, 4,
        (const char *const[]){"optim.schedule=cosine", "optim.warmup_steps=8", "train.epochs=4",
                              "optim.lr_final=0.1"});
    assert_true(fabs(rate(&config, 0, 8) - 0.5) <= 1e-16);
    assert_true(fabs(rate(&config, 0, 16) - (0.3 + 0.2 * sqrt(0.5))) <= 1e-16);
    assert_true(fabs(rate(&config, 0, 24) - 0.3) <= 1e-16);
    assert_true(rate(&config, 0, 40) == 0.1);
    assert_true(rate(&config, 0, 41) == 0.1);
    for (int64_t step = 9; step <= 40; step++) {
        assert_true(rate(&config, 0, step) < rate(&config, 0, step - 1));
    }
    set(&config, 2, (const char *const[]){"optim.schedule=cosine", "train.epochs=4"});
    assert_true(rate(&config, 0, 1) < 0.5 && rate(&config, 0, 1) > 0.499);
    assert_true(rate(&config, 0, 40) == 0);
    /* Warm-up to the very end: nothing is left to fall in. */
    set(&config, 3,
        (const char *const[]){"optim.schedule=cosine", "train.epochs=4", "optim.warmup_steps=60"});
    assert_true(rate(&config, 0, 30) == 0.25);
}

static void plateaus_lower(void **state)
{
    (void)state;
    ls_config config;
    set(&config, 2, (const char *const[]){"optim.schedule=plateau", "optim.plateau_factor=0.5"});
    assert_true(rate(&config, 0, 7) == 0.5);
    assert_true(rate(&config, 1, 7) == 0.25);
    assert_true(rate(&config, 4, 7) == 0.03125);
}

/* patience 2, min_delta 0.1, and how many plateaus there have been after each epoch: 9.95 and 9.91
 * are not lower than 10 by more than 0.1; 9 is; after a plateau two more epochs must go by; and
 * what counts as better is always the best so far. */
static void plateaus_are_counted(void **state)
{
    (void)state;
    static const struct {
        double mse;
        int64_t plateaus;
    } epochs[] = {{10, 0}, {9.95, 0}, {9.91, 1}, {9.9, 1}, {9, 1},    {9.5, 1},
                  {9, 2},  {9.4, 2},  {8.9, 3},  {8, 3},   {8.05, 3}, {7, 3}};
    ls_config config;
    set(&config, 2, (const char *const[]){"optim.plateau_patience=2", "train.min_delta=0.1"});
    ls_history history = {0};
    assert_int_equal(ls_count_plateaus(&config, &history), 0);
    for (size_t i = 0; i < sizeof epochs / sizeof epochs[0]; i++) {
        ls_epoch_row row = {.epoch = (int64_t)i + 1, .val_loss = epochs[i].mse};
        assert_int_equal(ls_history_add(&history, &row), LS_OK);
        assert_int_equal(ls_count_plateaus(&config, &history), epochs[i].plateaus);
    }
    ls_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_and_warm_up),
        cmocka_unit_test(steps_down),
        cmocka_unit_test(cosine),
        cmocka_unit_test(plateaus_lower),
        cmocka_unit_test(plateaus_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
