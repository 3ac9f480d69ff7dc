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
void ls_ref_deconv_backward(const ls_conv *s, int n, const float *x, const float *w, const float *y,
                            const float *dy, float *dx, float *dw, float *db, void *scratch);
/* The gradient of a bias: db[o] += the sum of dy [rows, out] over its rows. */
void ls_ref_sum_rows(int64_t rows, int out, const float *dy, float *db);
void ls_ref_dense_forward(int n, int in, int out, const float *x, const float *w, const float *b,
                          float *y);
void ls_ref_dense_dx(int n, int in, int out, const float *w, const float *dy, float *dx);
void ls_ref_dense_dw(int n, int in, int out, const float *x, const float *dy, float *dw);
void ls_ref_dense_db(int n, int out, const float *dy, float *db);
void ls_ref_maxpool_forward(const ls_pool *s, int n, const float *x, float *y, uint8_t *which);
void ls_ref_maxpool_backward(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                             float *dx);
void ls_ref_maxpool_gather(const ls_pool *s, int n, const uint8_t *which, const float *x, float *y);
void ls_ref_avgpool_forward(const ls_pool *s, int n, const float *x, float *y);
void ls_ref_avgpool_backward(const ls_pool *s, int n, const float *dy, float *dx);
void ls_ref_upsample_forward(const ls_upsample *s, int n, const float *x, float *y);
void ls_ref_upsample_backward(const ls_upsample *s, int n, const float *dy, float *dx);
void ls_ref_unary_forward(ls_unary kind, float slope, int64_t count, const float *x, float *y);
void ls_ref_unary_backward(ls_unary kind, float slope, int64_t count, const float *at,
                           const float *dy, float *dx);
void ls_ref_prelu_forward(int64_t rows, int c, const float *slope, const float *x, float *y);
void ls_ref_prelu_dx(int64_t rows, int c, const float *slope, const float *x, const float *dy,
                     float *dx);
void ls_ref_prelu_dslope(int64_t rows, int c, const float *x, const float *dy, float *dslope);
void ls_ref_draw(const ls_random_key *key, uint32_t limit, int64_t count, uint8_t *keep);
void ls_ref_mask(int64_t rows, int64_t width, const uint8_t *keep, float scale, const float *x,
                 float *y);
void ls_ref_add(int64_t count, const float *x, float *y);
ls_loss_op ls_ref_mse, ls_ref_mae, ls_ref_bce;
ls_huber_op ls_ref_huber;
ls_filter_op ls_ref_filter;
ls_norm_statistics_op ls_ref_norm_statistics;
ls_norm_apply_op ls_ref_norm_apply;
ls_norm_backward_op ls_ref_norm_backward;
ls_softmax_op ls_ref_softmax_forward;
ls_softmax_backward_op ls_ref_softmax_backward;
ls_matmul_op ls_ref_matmul;
ls_squeeze_op ls_ref_squeeze_forward;
ls_squeeze_backward_op ls_ref_squeeze_backward;
ls_gate_op ls_ref_gate_forward;
ls_gate_backward_op ls_ref_gate_backward;
void ls_ref_adam(const ls_adam *s, int64_t count, float *w, const float *g, float *m, float *v);
void ls_ref_sgd(const ls_sgd *s, int64_t count, float *w, const float *g, float *m);
void ls_ref_images_to_float(int64_t count, const uint8_t *pixels, float *x);
bool ls_ref_fixed_add(int64_t count, float limit, bool first, float *g, int64_t *total);
void ls_ref_fixed_to_float(int64_t count, const int64_t *total, float *g);

#endif
