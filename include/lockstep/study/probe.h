/* How well the features of a trained model classify: a linear probe (Alain and Bengio 2016), and
 * nearest neighbours. Needs data with labels.
 *
 *     LS_TRY(ls_probe(&trained, &(ls_probe_options){.neighbours = 20}, comm, &result));
 *     ls_probe_free(&result);
 */
#ifndef LOCKSTEP_STUDY_PROBE_H
#define LOCKSTEP_STUDY_PROBE_H

#include "lockstep/study/study.h"

typedef struct ls_probe_options {
    const char *layer; /* the path of the layer whose output is taken; NULL = the encoder's end */
    bool pixels;       /* the images themselves instead */
    int neighbours;    /* k, at most the training images; 0 = without */
} ls_probe_options;

typedef struct ls_probe_result {
    const char *layer; /* its path, borrowed from the model; or "pixels" */
    int features, classes;
    int64_t train_images, test_images;
    double accuracy, train_accuracy; /* of the linear probe, 0 to 1 */
    double l2;                       /* the penalty that was chosen */
    double loss;                     /* the objective at the end */
    int iterations;                  /* steps of the last fit */
    bool converged;                  /* it ended because it had nothing left to gain */
    int neighbours;                  /* k */
    double neighbours_accuracy;      /* 0 without */
    int64_t *confusion; /* [classes, classes] test images by (label, predicted class), owned */
} ls_probe_result;

/* Collective. Features are standardised by the training split. A multinomial logistic regression is
 * fitted to all of them with full batches; its L2 penalty is one of 1e-1, 1e-2, ... 1e-6 (times
 * half the sum of squares, beside the mean loss): the one with which a fit to nine tenths of the
 * training images classifies most of the last tenth; weaker ones are not
 * tried once two in a row are no better. The test split is looked at once, at the end.
 * Any number of ranks gives the same bits. Owner: the caller, ls_probe_free (allowed after a
 * failure too). */
ls_status ls_probe(ls_trained *trained, const ls_probe_options *options, ls_comm *comm,
                   ls_probe_result *out);
void ls_probe_free(ls_probe_result *result);

/* Local. The share of the test images with this label that the linear probe got right; not a number
 * where there are none. */
double ls_probe_class_accuracy(const ls_probe_result *result, int label);

/* Local, by one rank. The confusion matrix into a folder, which is made: confusion.csv, a line a
 * label and a column a predicted class, and confusion.png, the same as colours from white to blue,
 * each by its share of the label's images. */
ls_status ls_probe_write(const ls_probe_result *result, const char *folder);

#endif
