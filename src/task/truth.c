/* Targets made of classes, and how outputs compare with them. */
#include "lockstep/task/task.h"

#include <string.h>

int64_t ls_task_truth_bytes(const ls_task *task, ls_shape image)
{
    ls_shape output = task->output(image, 1);
    return task->truth == LS_TRUTH_NONE ? 0 : (int64_t)output.h * output.w;
}

void ls_task_target(int64_t places, int classes, const uint8_t *truth, float *target)
{
    memset(target, 0, sizeof *target * (size_t)(places * classes));
    for (int64_t i = 0; i < places; i++) {
        target[i * classes + truth[i]] = 1;
    }
}

void ls_task_add_counts(int64_t places, int classes, const float *y, const uint8_t *truth,
                        ls_task_counts *counts)
{
    for (int64_t i = 0; i < places; i++) {
        int given = ls_loss_best_class(y + i * classes, classes);
        counts->places[truth[i]]++;
        counts->given[given]++;
        counts->right[given] += given == truth[i];
    }
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static int64_t joined(const ls_task_counts *counts, int k)
{
    return counts->places[k] + counts->given[k] - counts->right[k];
}

double ls_task_class_accuracy(const ls_task_counts *counts, int k)
{
    return share(counts->right[k], counts->places[k]);
}

double ls_task_class_iou(const ls_task_counts *counts, int k)
{
    return share(counts->right[k], joined(counts, k));
}

double ls_task_mean_iou(const ls_task_counts *counts)
{
    double sum = 0;
    int occurring = 0;
    for (int k = 0; k < LS_CLASSES_MAX; k++) {
        sum += ls_task_class_iou(counts, k);
        occurring += joined(counts, k) > 0;
    }
    return occurring > 0 ? sum / occurring : 0;
}
