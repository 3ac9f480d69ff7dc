/* First and second moments of images, exactly: of pixels in 0 .. 255 all sums are whole numbers, so
 * that they are the same however the images are divided over ranks and in whatever order they come.
 */
#ifndef LOCKSTEP_STUDY_MOMENTS_H
#define LOCKSTEP_STUDY_MOMENTS_H

#include "lockstep/base/memory.h"
#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"

#include <stdint.h>

/* Images that moments may be of: the covariance's numerator is then within an int64. */
#define LS_MOMENTS_IMAGES (INT64_C(1) << 24)

/* A value u is a pixel less 128, so that products are small. */
typedef struct ls_moments {
    int values;        /* n, of an image */
    int64_t images;    /* N; after ls_moments_reduce: of all ranks */
    int64_t *sums;     /* [n] of u */
    int64_t *products; /* of u u': packed triangle (backend/symmetric.h) */
    float *block;      /* [LS_PRODUCTS_ROWS, n] u of images not yet added */
    int held;          /* images in it */
    void *scratch;     /* of ls_products_add */
    ls_arena memory;   /* owned */
} ls_moments;

/* Local. Owner: the caller, ls_moments_free (allowed after a failure too). */
ls_status ls_moments_create(ls_moments *moments, int values);
void ls_moments_free(ls_moments *moments);

/* Local. pixels: [n] */
void ls_moments_add(ls_moments *moments, const uint8_t *pixels);
/* Collective. Afterwards every rank has the moments of all ranks' images, and may add none. */
ls_status ls_moments_reduce(ls_moments *moments, ls_comm *comm);

/* Local, of reduced moments of at least one image, with pixels on [0, 1].
 * The mean, less that of `other` (NULL: the mean itself). mean: [n] */
void ls_moments_mean(const ls_moments *moments, const ls_moments *other, double *mean);
/* The population's covariance about the mean, each value rounded from the exact quotient: the
 * upper triangle of a [n, n]. Returns the trace. */
double ls_moments_covariance(const ls_moments *moments, double *a);

#endif
