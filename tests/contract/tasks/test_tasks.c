/* Proves the contract of a task for EVERY registered one (lockstep/task/task.h): it is a value of
 * train.task and found by it; its own output fits and any other is refused by name; the loss it
 * names is taken and one of the other kind refused; results have names of its own. And of all that
 * learn classes: targets are one-hot; counts, accuracy and intersection over union are those of a
 * case counted by hand. */
#include "unit/cmocka_all.h"

#include "lockstep/task/task.h"

#include <stdio.h>
#include <string.h>

static const ls_shape image = {6, 4, 3};
#define CLASSES 5

static void is_found_by_its_name(void **state)
{
    (void)state;
    static ls_config config;
    for (int i = 0; i < ls_task_count(); i++) {
        const ls_task *task = ls_task_at(i);
        char argument[64];
        snprintf(argument, sizeof argument, "train.task=%s", task->name);
        ls_config_defaults(&config);
        assert_int_equal(ls_config_apply_arguments(&config, 1, (const char *const[]){argument}),
                         LS_OK);
        assert_ptr_equal(ls_task_of(&config), task);
    }
    ls_config_defaults(&config);
    assert_string_equal(ls_task_of(&config)->name, "reconstruct");
}

static void other_outputs_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ls_task_count(); i++) {
        const ls_task *task = ls_task_at(i);
        ls_shape right = task->output(image, CLASSES);
        const ls_shape wrong[] = {{right.h + 1, right.w, right.c},
                                  {right.h, right.w + 1, right.c},
                                  {right.h, right.w, right.c + 1}};
        assert_int_equal(ls_task_check_output(task, image, CLASSES, right), LS_OK);
        assert_int_equal(ls_task_check_output(task, image, 0, right), LS_OK);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(ls_task_check_output(task, image, CLASSES, wrong[k]), LS_BAD_INPUT);
            assert_non_null(strstr(ls_error_message(), "model.decoder gives"));
        }
        assert_int_equal(ls_task_check_output(task, image, 0, wrong[0]), LS_BAD_INPUT);
        assert_true(ls_task_truth_bytes(task, image) ==
                    (task->truth == LS_TRUTH_NONE ? 0 : right.h * right.w));
    }
}

static void other_losses_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ls_task_count(); i++) {
        const ls_task *task = ls_task_at(i);
        assert_int_equal(ls_task_check_loss(task, task->loss), LS_OK);
        for (int k = 0; k < ls_loss_type_count(); k++) {
            const ls_loss_type *type = ls_loss_type_at(k);
            bool fits = type->of_classes == (task->truth != LS_TRUTH_NONE);
            assert_int_equal(ls_task_check_loss(task, type->name), fits ? LS_OK : LS_BAD_INPUT);
            assert_true(fits || strstr(ls_error_message(), task->name) != NULL);
        }
    }
}

static void results_have_names(void **state)
{
    (void)state;
    char name[LS_TASK_NAME_CHARS];
    for (int i = 0; i < ls_task_count(); i++) {
        const ls_task *task = ls_task_at(i);
        assert_true(ls_task_name(task, "best_val_*", name));
        assert_string_equal(name + strlen("best_val_"), task->measure);
        assert_true(ls_task_name(task, "*_whole", name));
        assert_string_equal(name + strlen(task->measure), "_whole");
        assert_true(ls_task_name(task, "lr", name));
        assert_string_equal(name, "lr");
        assert_true(ls_task_name(task, "val_+", name) == (task->figure != NULL));
        assert_true((task->figure != NULL) == (task->figure_of != NULL));
    }
}

static void targets_are_one_hot(void **state)
{
    (void)state;
    const uint8_t truth[4] = {2, 0, 1, 2};
    const float want[12] = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    float target[12];
    memset(target, 0xff, sizeof target);
    ls_task_target(4, 3, truth, target);
    assert_memory_equal(target, want, sizeof want);
}

/* Six places of three classes; a fourth class never occurs. Of equal scores the first counts. */
static void counts_are_those_by_hand(void **state)
{
    (void)state;
    const uint8_t truth[6] = {0, 0, 0, 1, 1, 2};
    const float y[6][4] = {{9, 1, 1, 1}, {2, 2, 1, 0}, {0, 3, 1, 2},
                           {0, 5, 1, 1}, {7, 1, 6, 0}, {0, 1, -1, 0}};
    ls_task_counts counts = {{0}, {0}, {0}};
    ls_task_add_counts(6, 4, y[0], truth, &counts);
    const int64_t given[4] = {3, 3, 0, 0};
    const int64_t right[4] = {2, 1, 0, 0};
    assert_memory_equal(counts.given, given, sizeof given);
    assert_memory_equal(counts.right, right, sizeof right);
    assert_true(ls_task_class_accuracy(&counts, 0) == 2.0 / 3);
    assert_true(ls_task_class_accuracy(&counts, 1) == 1.0 / 2);
    assert_true(ls_task_class_accuracy(&counts, 3) == 0);
    assert_true(ls_task_class_iou(&counts, 0) == 2.0 / 4);
    assert_true(ls_task_class_iou(&counts, 1) == 1.0 / 4);
    assert_true(ls_task_class_iou(&counts, 2) == 0);
    assert_true(ls_task_mean_iou(&counts) == 0.25); /* of three classes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_found_by_its_name),     cmocka_unit_test(other_outputs_are_refused),
        cmocka_unit_test(other_losses_are_refused), cmocka_unit_test(results_have_names),
        cmocka_unit_test(targets_are_one_hot),      cmocka_unit_test(counts_are_those_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
