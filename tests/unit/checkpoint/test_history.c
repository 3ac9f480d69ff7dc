/* Proves of metrics.csv: header and columns as documented; every number reads back to the same
 * bits; short numbers stay short; infinity is written as CSV readers know it; rows keep their order
 * through growth; a file read back gives the same rows, one from before losses were written has the
 * mean squared errors for them, and what is no number is named with its line. */
#include "unit/cmocka_all.h"

#include "lockstep/checkpoint/history.h"
#include "lockstep/io/files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static ls_status read_text(const char *text, ls_history *history)
{
    const char *path = "test_history.csv";
    assert_int_equal(ls_file_write(path, text, strlen(text)), LS_OK);
    ls_status status = ls_history_read(history, path);
    unlink(path);
    return status;
}

static void check_read_back(const ls_task *task)
{
    ls_history history = {0};
    ls_history again;
    ls_text text = {0};
    for (int64_t i = 0; i < 100; i++) {
        double value = exp(-(double)i);
        ls_epoch_row row = {.epoch = i,
                            .step = 7 * i,
                            .lr = value / 3,
                            .train_measure = value,
                            .val_measure = i == 5 ? (double)INFINITY : value / 7,
                            .val_figure = task->figure != NULL ? (double)i : 0,
                            .best_val_measure = value / 9,
                            .train_loss = 1e-310 * (double)i,
                            .val_loss = -value};
        assert_int_equal(ls_history_add(&history, &row), LS_OK);
    }
    ls_history_csv(&history, task, &text);
    assert_int_equal(read_text(text.data, &again), LS_OK);
    assert_int_equal(again.count, 100);
    assert_memory_equal(again.rows, history.rows, 100 * sizeof *again.rows);
    ls_text_free(&text);
    ls_history_free(&history);
    ls_history_free(&again);
}

/* Whatever its task calls the columns. */
static void files_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < ls_task_count(); i++) {
        check_read_back(ls_task_at(i));
    }
}

static void older_and_edited_files_are_read(void **state)
{
    (void)state;
    ls_history history;
    assert_int_equal(read_text("note,epoch,step,lr,train_mse,val_mse,val_psnr,best_val_mse\r\n"
                               "x,1,10,0.1,0.5,0.25,6,0.25\r\n",
                               &history),
                     LS_OK);
    assert_int_equal(history.count, 1);
    assert_int_equal(history.rows[0].step, 10);
    assert_true(history.rows[0].train_loss == 0.5 && history.rows[0].val_loss == 0.25);
    ls_history_free(&history);
}

static void what_is_no_number_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "is empty"},
        {"epoch,step\n", "test_history.csv:1: has no column lr"},
        {HEADER "1,1,0,0,0,0,0,0,0\n2,1,0,0,x,0,0,0,0\n", "test_history.csv:3: val_mse = \"x\""},
        {HEADER "1,1,0,0,0,0,0,0\n", "test_history.csv:2: val_loss = \"\""},
        {HEADER "1.5,1,0,0,0,0,0,0,0\n", "test_history.csv:2: epoch = \"1.5\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ls_history history;
        assert_int_equal(read_text(cases[i].text, &history), LS_BAD_INPUT);
        assert_non_null(strstr(ls_error_message(), cases[i].says));
        ls_history_free(&history);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_documented),
        cmocka_unit_test(numbers_read_back),
        cmocka_unit_test(files_read_back),
        cmocka_unit_test(older_and_edited_files_are_read),
        cmocka_unit_test(what_is_no_number_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
