/* Multinomial logistic regression on features: p(k | x) = softmax_k(x W + b), by the mean over the
 * images of -ln p(label | x) plus l2 / 2 times the sum of W's squares. b is not penalised. */
#ifndef LOCKSTEP_STUDY_LOGISTIC_H
#define LOCKSTEP_STUDY_LOGISTIC_H

#include "features.h"
#include "lbfgs.h"

#include "lockstep/base/memory.h"

typedef struct ls_logistic {
    const ls_backend *backend; /* borrowed, as comm */
    ls_comm *comm;
    int inputs, classes;
    int64_t count;   /* of weights: (inputs + 1) * classes */
    double *weights; /* [inputs + 1, classes]: W, and b below it; begins as 0 */
    /* For the work on a block: */
    float *w;         /* weights as float32 */
    float *packed;    /* in the backend's order; NULL = it has none */
    float *logits;    /* [block, classes] */
    float *residuals; /* [block, classes] */
    float *gradient;  /* [inputs + 1, classes] */
    int64_t *totals;  /* the same in fixed point, and a few words behind it */
    ls_arena arena;   /* owns all of these */
} ls_logistic;

/* Local. For features of `inputs` values in blocks of at most `block` images. Owner: the caller,
 * ls_logistic_destroy (allowed after a failure too). */
ls_status ls_logistic_create(ls_logistic *out, const ls_backend *backend, ls_comm *comm, int inputs,
                             int classes, int64_t block);
void ls_logistic_destroy(ls_logistic *l);

/* Collective. Minimises from the weights as they are, over the images with a `use` (NULL: all).
 * use: [count]. A block's part of the gradient is made in float32 and rounded to a multiple of
 * 2^-44; blocks and ranks add up as integers. */
ls_status ls_logistic_fit(ls_logistic *l, const ls_features *train, const uint8_t *use, double l2,
                          const ls_lbfgs_rule *rule, ls_lbfgs_end *end);

/* Local. The likeliest class of each of this rank's images (of equals the first): [count]. */
void ls_logistic_predict(ls_logistic *l, const ls_features *features, uint8_t *predicted);

#endif
