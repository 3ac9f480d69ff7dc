/* The tasks by index and by name, made from the one list, and what may go with each. */
#include "list.h"

#include "lockstep/task/task.h"

#include <stdio.h>
#include <string.h>

#define DECLARE(name) extern const ls_task ls_task_##name;
LS_TASK_LIST(DECLARE)
#undef DECLARE

#define ENTRY(name) &ls_task_##name,
static const ls_task *const tasks[] = {LS_TASK_LIST(ENTRY)};
#undef ENTRY

int ls_task_count(void)
{
    return (int)(sizeof tasks / sizeof tasks[0]);
}

const ls_task *ls_task_at(int index)
{
    return tasks[index];
}

const ls_task *ls_task_of(const ls_config *config)
{
    for (int i = 0; i < ls_task_count(); i++) {
        if (strcmp(tasks[i]->name, config->train_task) == 0) {
            return tasks[i];
        }
    }
    return tasks[0]; /* the table of options lets no other name through */
}

bool ls_task_name(const ls_task *task, const char *pattern, char name[LS_TASK_NAME_CHARS])
{
    size_t before = strcspn(pattern, "*+");
    char mark = pattern[before];
    const char *word = mark == '+' ? task->figure : mark == '*' ? task->measure : "";
    if (word == NULL) {
        return false;
    }
    snprintf(name, LS_TASK_NAME_CHARS, "%.*s%s%s", (int)before, pattern, word,
             mark != '\0' ? pattern + before + 1 : "");
    return true;
}

/* What a network of the task must give, and how. */
static ls_status refuse_output(const ls_task *task, int classes, ls_shape wanted, ls_shape output)
{
    char gives[LS_SHAPE_CHARS];
    char wants[LS_SHAPE_CHARS];
    if (task->truth == LS_TRUTH_NONE) {
        LS_FAIL(LS_BAD_INPUT,
                "model.decoder gives %s, the images are %s; change its last layers so that the "
                "images come back at their size",
                ls_shape_text(output, gives), ls_shape_text(wanted, wants));
    }
    char number[16] = "CLASSES";
    if (classes > 0) {
        snprintf(number, sizeof number, "%d", classes);
    }
    LS_FAIL(LS_BAD_INPUT,
            "model.decoder gives %s, but train.task = %s wants a score for each class, %dx%dx%s; "
            "end it in %s(%s)",
            ls_shape_text(output, gives), task->name, wanted.h, wanted.w, number, task->head,
            number);
}

ls_status ls_task_check_output(const ls_task *task, ls_shape image, int classes, ls_shape output)
{
    ls_shape wanted = task->output(image, classes > 0 ? classes : output.c);
    return ls_shape_equal(output, wanted) ? LS_OK : refuse_output(task, classes, wanted, output);
}

ls_status ls_task_check_loss(const ls_task *task, const char *text)
{
    ls_loss_terms terms;
    LS_TRY(ls_loss_terms_read(text, &terms));
    bool of_classes = task->truth != LS_TRUTH_NONE;
    LS_REQUIRE(terms.of_classes == of_classes, LS_BAD_INPUT,
               "loss.terms = %s: compares %s, but train.task = %s learns %s; set loss.terms = %s",
               text, of_classes ? "images" : "scores of classes", task->name,
               of_classes ? "classes" : "images", task->loss);
    return LS_OK;
}
