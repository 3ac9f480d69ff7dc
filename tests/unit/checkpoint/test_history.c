/* Proves of metrics.csv: header and columns as documented; every number reads back to the same
 * bits; short numbers stay short; infinity is written as CSV readers know it; rows keep their order
 * through growth. */
#include "unit/cmocka_all.h"

#include "lockstep/checkpoint/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "epoch,step,lr,train_mse,val_mse,val_psnr,best_val_mse,train_loss,val_loss\n"

static void text_is_as_documented(void **state)
{
    (void)state;
    ls_history history = {0};
    ls_text text = {0};
    ls_history_csv(&history, ls_task_at(0), &text);
    assert_string_equal(text.data, HEADER);
    ls_text_free(&text);

    ls_epoch_row row = {.epoch = 1,
                        .step = 782,
                        .lr = 0.001,
                        .train_measure = 0.25,
                        .val_measure = 1.0 / 3.0,
                        .val_figure = (double)INFINITY,
                        .best_val_measure = 1e-300,
                        .train_loss = 0.5,
                        .val_loss = 1e300};
    assert_int_equal(ls_history_add(&history, &row), LS_OK);
    ls_history_csv(&history, ls_task_at(0), &text);
    assert_string_equal(text.data,
                        HEADER "1,782,0.001,0.25,0.3333333333333333,inf,1e-300,0.5,1e+300\n");
    ls_text_free(&text);
    ls_history_free(&history);
}

static void numbers_read_back(void **state)
{
    (void)state;
    ls_history history = {0};
    ls_text text = {0};
    for (int64_t i = 0; i < 200; i++) {
        ls_epoch_row row = {
            .epoch = i, .step = i * i, .train_measure = sin((double)i) * exp(-(double)i)};
        assert_int_equal(ls_history_add(&history, &row), LS_OK);
    }
    ls_history_csv(&history, ls_task_at(0), &text);
    const char *line = text.data + strlen(HEADER);
    for (int64_t i = 0; i < 200; i++) {
        char *at;
        assert_int_equal(strtoll(line, &at, 10), i);
        assert_int_equal(strtoll(at + 1, &at, 10), i * i);
        assert_true(strtod(at + 1, &at) == 0);
        assert_true(strtod(at + 1, &at) == sin((double)i) * exp(-(double)i));
        line = strchr(line, '\n') + 1;
    }
    assert_int_equal(*line, '\0');
    ls_text_free(&text);
    ls_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_documented),
        cmocka_unit_test(numbers_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
