/* What a network is trained for (train.task): which output it must have, what an image's target is
 * made of, which losses fit, and what validation reports beside the loss. docs/tasks.md shows all.
 *
 *     const ls_task *task = ls_task_of(&config);
 *     LS_TRY(ls_task_check_output(task, image, classes, output));
 *     ls_task_target(places, classes, truth, target);
 *
 * A task is one file and one line in the list (src/task/list.h). All functions are local.
 */
#ifndef LOCKSTEP_TASK_TASK_H
#define LOCKSTEP_TASK_TASK_H

#include "lockstep/base/status.h"
#include "lockstep/config/config.h"
#include "lockstep/loss/loss.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_CLASSES_MAX 256 /* labels are bytes */

/* What is known of an image beside its pixels: a class, as a byte, for each place of the output. */
typedef enum ls_truth {
    LS_TRUTH_NONE,  /* the clean image itself is the target */
    LS_TRUTH_LABEL, /* one class an image */
    LS_TRUTH_MASK   /* one class a pixel; 0 = the background */
} ls_truth;

/* Over the places of all images that were counted: the confusion of classes, as far as it is
 * needed. Integers alone: ranks' counts are added word by word. */
typedef struct ls_task_counts {
    int64_t places[LS_CLASSES_MAX]; /* of this class, by the truth */
    int64_t given[LS_CLASSES_MAX];  /* that the network gave this class */
    int64_t right[LS_CLASSES_MAX];  /* both */
} ls_task_counts;
#define LS_TASK_COUNT_WORDS (sizeof(ls_task_counts) / sizeof(int64_t))

typedef struct ls_task {
    const char *name;    /* a value of train.task */
    const char *measure; /* "mse": what is reported beside the loss, a mean over images */
    const char *figure;  /* "psnr": what validation reports too; NULL = nothing */
    const char *measure_title, *figure_title; /* for people: "MSE" */
    const char *figure_unit;                  /* " dB" */
    int figure_digits;                        /* behind the point */
    ls_truth truth;   /* LS_TRUTH_NONE: outputs are images; else scores of classes */
    const char *loss; /* the terms to name where those given don't fit */
    const char *head; /* likewise the last layer of a network that gives scores */
    /* The output's shape; classes: of the truth. */
    ls_shape (*output)(ls_shape image, int classes);
    /* The figure of validation; counts are of all its images, zero without truth. */
    double (*figure_of)(double measure, const ls_task_counts *counts);
} ls_task;

int ls_task_count(void);
const ls_task *ls_task_at(int index);

#define LS_TASK_NAME_CHARS 64
/* The name of a result: "*" in the pattern becomes the task's measure, "+" its figure. "best_val_*"
 * is best_val_mse for one task. False where the task has no figure. */
bool ls_task_name(const ls_task *task, const char *pattern, char name[LS_TASK_NAME_CHARS]);

/* train.task, whose values are the tasks' names. */
const ls_task *ls_task_of(const ls_config *config);

/* Refuses a network whose output does not fit. classes 0: not known yet, any number will do. */
ls_status ls_task_check_output(const ls_task *task, ls_shape image, int classes, ls_shape output);
/* Refuses loss.terms that are of the other kind: of images, or of classes. */
ls_status ls_task_check_loss(const ls_task *task, const char *terms);

/* Bytes of truth of one image; 0 = none. */
int64_t ls_task_truth_bytes(const ls_task *task, ls_shape image);
/* One-hot: truth [places], each below classes, to target [places, classes]. */
void ls_task_target(int64_t places, int classes, const uint8_t *truth, float *target);
/* Adds places, whose scores are y [places, classes], to the counts. */
void ls_task_add_counts(int64_t places, int classes, const float *y, const uint8_t *truth,
                        ls_task_counts *counts);

/* Of class k: the share of its places that were found; and intersection over union: those found of
 * all places that are of the class or were given it (Everingham et al. 2010). 0 without any. */
double ls_task_class_accuracy(const ls_task_counts *counts, int k);
double ls_task_class_iou(const ls_task_counts *counts, int k);
/* The mean over the classes that occur or were given. */
double ls_task_mean_iou(const ls_task_counts *counts);

#endif
