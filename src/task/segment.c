/* Each pixel's class: scores at each of the image's places. */
#include "lockstep/task/task.h"

static ls_shape output(ls_shape image, int classes)
{
    return (ls_shape){image.h, image.w, classes};
}

static double iou(double accuracy, const ls_task_counts *counts)
{
    (void)accuracy;
    return ls_task_mean_iou(counts);
}

const ls_task ls_task_segment = {.name = "segment",
                                 .measure = "pixel_accuracy",
                                 .figure = "iou",
                                 .measure_title = "pixel accuracy",
                                 .figure_title = "IoU",
                                 .figure_unit = "",
                                 .figure_digits = 6,
                                 .truth = LS_TRUTH_MASK,
                                 .loss = "cross_entropy",
                                 .head = "conv",
                                 .output = output,
                                 .figure_of = iou};
