/* The two kinds of evaluation: evaluate.c compares images, evaluate_classes.c classes. */
#ifndef LOCKSTEP_STUDY_EVALUATE_H
#define LOCKSTEP_STUDY_EVALUATE_H

#include "lockstep/study/study.h"

/* Collective. Fills what ls_evaluation has of classes; the rest is zero. */
ls_status ls_evaluate_classes(ls_trained *trained, ls_split split, ls_comm *comm,
                              ls_evaluation *out);

#endif
