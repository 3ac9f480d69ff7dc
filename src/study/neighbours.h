/* Classes by the nearest neighbours among the training images (Cover and Hart 1967): Euclidean
 * distance between features, the class that most of the k nearest have, and of classes with as
 * many that of the nearest. */
#ifndef LOCKSTEP_STUDY_NEIGHBOURS_H
#define LOCKSTEP_STUDY_NEIGHBOURS_H

#include "features.h"

/* Collective. Each rank looks among its own training images for all test images, and the nearest of
 * all ranks are chosen by (distance, image number). k: at least 1, at most train->images.
 * predicted: [test->count], of this rank's test images. */
ls_status ls_neighbours_classify(const ls_backend *backend, ls_comm *comm, const ls_features *train,
                                 const ls_features *test, int k, uint8_t *predicted);

#endif
