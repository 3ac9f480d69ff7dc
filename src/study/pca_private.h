/* Principal components: what their files share. */
#ifndef LOCKSTEP_STUDY_PCA_PRIVATE_H
#define LOCKSTEP_STUDY_PCA_PRIVATE_H

#include "lockstep/study/pca.h"

/* Images worked through together: the bits of a product's row depend on the rows beside it, so the
 * ranks share the test split by whole lanes. */
#define LS_PCA_LANE 64

/* Collective. pca->clamped from this rank's test images [images, n], whole lanes but for the
 * split's last. */
ls_status ls_pca_measure_clamped(ls_pca *pca, int64_t images, const uint8_t *pixels, ls_comm *comm);

#endif
