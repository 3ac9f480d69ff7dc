/* The clean image out of the image, or out of a corrupted one: an autoencoder's task. */
#include "lockstep/task/task.h"

#include "lockstep/base/real.h"

static ls_shape output(ls_shape image, int classes)
{
    (void)classes;
    return image;
}

/* 10 log10(1 / mse), dB: values are on [0, 1]. */
static double psnr(double mse, const ls_task_counts *counts)
{
    (void)counts;
    return -10 * ls_log10(mse);
}

const ls_task ls_task_reconstruct = {.name = "reconstruct",
                                     .measure = "mse",
                                     .figure = "psnr",
                                     .measure_title = "MSE",
                                     .figure_title = "PSNR",
                                     .figure_unit = " dB",
                                     .figure_digits = 2,
                                     .truth = LS_TRUTH_NONE,
                                     .loss = "mse",
                                     .output = output,
                                     .figure_of = psnr};
