/* The operations of `ref`: see lockstep/backend/ops.h for what each computes. */
#ifndef LOCKSTEP_BACKEND_REF_REF_H
#define LOCKSTEP_BACKEND_REF_REF_H

#include "lockstep/backend/ops.h"

extern const ls_backend ls_ref_backend;

size_t ls_ref_conv_scratch(const ls_conv *s, int n);
void ls_ref_conv_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                         float *y, uint8_t *which, void *scratch);
void ls_ref_conv_backward(const ls_conv *s, int n, const float *x, const float *w, const float *dy,
                          const uint8_t *which, float *dx, float *dw, float *db, void *scratch);
size_t ls_ref_no_scratch(const ls_conv *s, int n);
void ls_ref_deconv_forward(const ls_conv *s, int n, const float *x, const float *w, const float *b,
                           float *y, void *scratch);
void ls_ref_deconv_backward(const ls_conv *s, int n, const float *x, const float *w,
                            const float *dy, float *dx, float *dw, float *db, void *scratch);
/* The gradient of a bias: db[o] += the sum of dy [rows, out] over its rows. */
void ls_ref_sum_rows(int64_t rows, int out, const float *dy, float *db);
void ls_ref_dense_forward(int n, int in, int out, const float *x, const float *w, const float *b,
                          float *y);
void ls_ref_dense_dx(int n, int in, int out, const float *w, const float *dy, float *dx);
void ls_ref_dense_dw(int n, int in, int out, int first, int rows, const float *x, const float *dy,
                     float *dw);
void ls_ref_dense_db(int n, int out, const float *dy, float *db);
void ls_ref_maxpool_forward(const ls_pool *s, int n, const float *x, float *y, uint8_t *which);
void ls_ref_maxpool_backward(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                             float *dx);
void ls_ref_unary_forward(ls_unary kind, float slope, int64_t count, const float *x, float *y);
void ls_ref_unary_backward(ls_unary kind, float slope, int64_t count, const float *y,
                           const float *dy, float *dx);
void ls_ref_add(int64_t count, const float *x, float *y);
void ls_ref_norm_statistics(const ls_norm *s, int blocks, const float *x, float *mean,
                            float *variance);
void ls_ref_norm_apply(const ls_norm *s, int blocks, const float *x, const float *mean,
                       const float *variance, const float *gamma, const float *beta, float *y);
void ls_ref_norm_backward(const ls_norm *s, int blocks, const float *x, const float *mean,
                          const float *variance, const float *gamma, const float *dy, float *dx,
                          float *dgamma, float *dbeta, float *terms);
void ls_ref_softmax_forward(int64_t rows, int columns, const float *x, float *y);
void ls_ref_softmax_backward(int64_t rows, int columns, const float *y, const float *dy, float *dx);
void ls_ref_matmul(const ls_matmul *s, const float *a, const float *b, float *z);
void ls_ref_squeeze_forward(const ls_axis *s, const float *x, float *mean, float *most, int *which);
void ls_ref_squeeze_backward(const ls_axis *s, const int *which, const float *dmean,
                             const float *dmost, float *dx);
void ls_ref_gate_forward(const ls_axis *s, const float *x, const float *gate, float *y);
void ls_ref_gate_backward(const ls_axis *s, const float *x, const float *gate, const float *dy,
                          float *dx, float *dgate);
void ls_ref_mse(int n, int64_t count, const float *y, const float *target, float scale,
                double *sums, float *dy);
void ls_ref_adam(const ls_adam *s, int64_t count, float *w, const float *g, float *m, float *v);
void ls_ref_sgd(const ls_sgd *s, int64_t count, float *w, const float *g, float *m);
void ls_ref_images_to_float(int64_t count, const uint8_t *pixels, float *x);
bool ls_ref_fixed_add(int64_t count, float limit, bool first, float *g, int64_t *total);
void ls_ref_fixed_to_float(int64_t count, const int64_t *total, float *g);

#endif
