/* Principal components of the training images: the linear autoencoder of least squared error
 * (Eckart and Young, 1936; Baldi and Hornik, 1989), a yardstick for others of the same code size.
 *
 *     LS_TRY(ls_pca_fit(&pca, &config, 128, comm));
 *     pca.mse[LS_TEST][128] ...
 *     LS_TRY(ls_pca_save(&pca, &config, "pca-128.h5", comm));
 *     ls_pca_free(&pca);
 *
 * All sums over images are whole numbers, so that any number of ranks gives the same bits.
 */
#ifndef LOCKSTEP_STUDY_PCA_H
#define LOCKSTEP_STUDY_PCA_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/source.h"
#include "lockstep/tensor/shape.h"

/* Values of an image, at most: the covariance is a matrix of as many rows (8 GiB). */
#define LS_PCA_VALUES 32768
#define LS_PCA_SIZES  16 /* powers of two up to it */

typedef struct ls_pca {
    ls_shape shape;
    int values;                     /* n, of an image */
    int components;                 /* k */
    int64_t images[LS_SPLIT_COUNT]; /* measured */
    double *mean;                   /* [n] of the training images, on [0, 1] */
    double *vectors;                /* [k, n] orthonormal */
    double *variances;              /* [k] of the training images along them, falling */
    /* [k + 1]: mean squared error a value of a split with the first 0, 1 .. k components, and
     * nothing clamped; NaN for a split without images. */
    double *mse[LS_SPLIT_COUNT];
    /* The test split's error with the first sizes[i] components, 1, 2, 4 .. k, and all outputs
     * clamped to [0, 1]: as a picture shows them. */
    int size_count, sizes[LS_PCA_SIZES];
    double clamped[LS_PCA_SIZES];
    uint64_t data_digest;      /* as of a training run with this configuration */
    const ls_backend *backend; /* borrowed */
    ls_arena memory;           /* owned: the arrays */
} ls_pca;

/* Collective. Of the images that training would use (data.limit, data.holdout); the test split is
 * measured whole. LS_BAD_INPUT unless 1 <= components <= values of an image. Owner: the caller,
 * ls_pca_free (allowed after a failure too). */
ls_status ls_pca_fit(ls_pca *out, const ls_config *config, int components, ls_comm *comm);
void ls_pca_free(ls_pca *pca);

/* Local. The part of the training images' variance that the first `components` have; 1 where there
 * is none. */
double ls_pca_explained(const ls_pca *pca, int components);

/* Collective. A checkpoint of the network dense(k), dense(n) reshape(h,w,c) with the components as
 * weights, before its first step: all that takes checkpoints takes it. */
ls_status ls_pca_save(const ls_pca *pca, const ls_config *config, const char *path, ls_comm *comm);

#endif
