/* One convolution, or its transpose, with all that it is given: for the tests of the backends. */
#ifndef LOCKSTEP_TESTS_UNIT_BACKEND_CONVOLVE_H
#define LOCKSTEP_TESTS_UNIT_BACKEND_CONVOLVE_H

#include "lockstep/backend/backend.h"

/* What a convolution and its transpose have in common, so that one test serves both. */
typedef struct operation {
    const char *name;
    ls_conv shape;
    int n;
    int64_t inputs, outputs, weights; /* floats; outputs before pooling */
    bool transposed;
} operation;

operation make(const char *name, int n, int h, int w, int c, int o, int kernel, int stride, int pad,
               int output_pad, bool transposed);

/* With packed weights where the backend has them, and scratch memory of the size it asks for.
 * which: NULL unless op->shape.pools. y: NULL unless op->shape.rectifies. */
void forward_fused(const ls_backend *backend, const operation *op, const float *x, const float *w,
                   const float *b, float *y, uint8_t *which);
void backward_fused(const ls_backend *backend, const operation *op, const float *x, const float *w,
                    const float *y, const float *dy, const uint8_t *which, float *dx, float *dw,
                    float *db);
void forward(const ls_backend *backend, const operation *op, const float *x, const float *w,
             const float *b, float *y);
void backward(const ls_backend *backend, const operation *op, const float *x, const float *w,
              const float *dy, float *dx, float *dw, float *db);

/* Has its shape forms other than direct? */
bool may_filter(const operation *op);

/* How far from `ref` the results may lie, in parts of the largest value. */
double bound_of(const ls_backend *backend, const operation *op);

#endif
