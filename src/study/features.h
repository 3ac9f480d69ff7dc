/* Features: what a layer of a trained model, or the image itself, gives for each image of a split.
 * Each rank holds those of its own images. Images come in blocks, numbered through the split, that
 * are computed alone and stay together: what is made of a block has the same bits on any number of
 * ranks. */
#ifndef LOCKSTEP_STUDY_FEATURES_H
#define LOCKSTEP_STUDY_FEATURES_H

#include "lockstep/study/study.h"

typedef struct ls_features {
    int64_t images;       /* of the whole split */
    int64_t first, count; /* this rank's images [first, first + count) */
    int64_t block;        /* images of a block; the split's last one may be short */
    int values;           /* of an image */
    int classes;
    float *x;        /* [count, values], owned */
    uint8_t *labels; /* [count], owned */
} ls_features;

/* This rank's images of one block. */
typedef struct ls_feature_block {
    int n;
    int64_t at;     /* where among this rank's images they begin */
    const float *x; /* [n, values] */
} ls_feature_block;

/* Collective. The output of layers 0 .. last-1 for all images of a split, or with last 0 their
 * pixels on [0, 1]. Owner: the caller, ls_features_close (allowed after a failure too). */
ls_status ls_features_open(ls_features *out, ls_trained *trained, ls_split split, int last,
                           ls_comm *comm);
void ls_features_close(ls_features *features);

/* Local. How many blocks this rank has, and its b-th. */
int64_t ls_features_blocks(const ls_features *features);
ls_feature_block ls_features_block(const ls_features *features, int64_t b);

/* What standardises features: value v becomes (x[v] - mean[v]) * factor[v]. */
typedef struct ls_standard {
    float *mean, *factor; /* [values], owned: mean's memory holds both */
} ls_standard;

/* Collective. Standardises the features in place to mean 0 and deviation 1 over all images, and
 * keeps how. A value that is all but constant (its deviation is below 2^-20 of its magnitude)
 * becomes 0. Fails where a value is not finite. Owner: the caller, ls_standard_free (allowed after
 * a failure too). */
ls_status ls_standard_fit(ls_standard *out, ls_features *features, ls_comm *comm);
/* Local. The same for others. */
ls_status ls_standard_apply(const ls_standard *standard, ls_features *features);
void ls_standard_free(ls_standard *standard);

#endif
