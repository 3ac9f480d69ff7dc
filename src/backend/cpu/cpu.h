/* The operations of `cpu` (lockstep/backend/ops.h says what each computes) and what its sources
 * share. Every source is compiled once per kernel set, with LS_KERNEL_SET naming the set: the
 * functions below get the set's name at their end. */
#ifndef LOCKSTEP_BACKEND_CPU_CPU_H
#define LOCKSTEP_BACKEND_CPU_CPU_H

#include "lockstep/backend/backend.h"

#define LS_JOIN_(a, b) a##_##b
#define LS_JOIN(a, b)  LS_JOIN_(a, b)
#define LS_SET(name)   LS_JOIN(name, LS_KERNEL_SET)

/* The table for each form of convolution, and the FMA loop behind ls_backend_peak_gflops. */
extern const ls_backend LS_SET(ls_cpu_backend)[LS_CONV_FORMS];
double LS_SET(ls_cpu_fma_flops)(int64_t rounds);

const char *LS_SET(ls_cpu_conv_method)(const ls_conv *s);
size_t LS_SET(ls_cpu_conv_packed)(const ls_conv *s, bool backward);
void LS_SET(ls_cpu_conv_pack)(const ls_conv *s, bool backward, const float *w, float *packed);
size_t LS_SET(ls_cpu_conv_scratch)(const ls_conv *s, int n);
void LS_SET(ls_cpu_conv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                 const float *b, float *y, uint8_t *which, void *scratch);
void LS_SET(ls_cpu_conv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                  const float *dy, const uint8_t *which, float *dx, float *dw,
                                  float *db, void *scratch);
const char *LS_SET(ls_cpu_deconv_method)(const ls_conv *s);
size_t LS_SET(ls_cpu_deconv_packed)(const ls_conv *s, bool backward);
void LS_SET(ls_cpu_deconv_pack)(const ls_conv *s, bool backward, const float *w, float *packed);
size_t LS_SET(ls_cpu_deconv_scratch)(const ls_conv *s, int n);
void LS_SET(ls_cpu_deconv_forward)(const ls_conv *s, int n, const float *x, const float *w,
                                   const float *b, float *y, void *scratch);
bool LS_SET(ls_cpu_deconv_rectifies)(const ls_conv *s);
void LS_SET(ls_cpu_deconv_backward)(const ls_conv *s, int n, const float *x, const float *w,
                                    const float *y, const float *dy, float *dx, float *dw,
                                    float *db, void *scratch);
size_t LS_SET(ls_cpu_dense_packed)(int in, int out, bool backward);
void LS_SET(ls_cpu_dense_pack)(int in, int out, bool backward, const float *w, float *packed);
void LS_SET(ls_cpu_dense_forward)(int n, int in, int out, const float *x, const float *w,
                                  const float *b, float *y);
void LS_SET(ls_cpu_dense_dx)(int n, int in, int out, const float *w, const float *dy, float *dx);
void LS_SET(ls_cpu_dense_dw)(int n, int in, int out, const float *x, const float *dy, float *dw);
void LS_SET(ls_cpu_dense_db)(int n, int out, const float *dy, float *db);
bool LS_SET(ls_cpu_dense_sums)(int out);
void LS_SET(ls_cpu_dense_sum)(const ls_dense_sum *s, const ls_lane_sums *to);
void LS_SET(ls_cpu_maxpool_forward)(const ls_pool *s, int n, const float *x, float *y,
                                    uint8_t *which);
void LS_SET(ls_cpu_maxpool_backward)(const ls_pool *s, int n, const uint8_t *which, const float *dy,
                                     float *dx);
void LS_SET(ls_cpu_maxpool_gather)(const ls_pool *s, int n, const uint8_t *which, const float *x,
                                   float *y);
void LS_SET(ls_cpu_avgpool_forward)(const ls_pool *s, int n, const float *x, float *y);
void LS_SET(ls_cpu_avgpool_backward)(const ls_pool *s, int n, const float *dy, float *dx);
void LS_SET(ls_cpu_upsample_forward)(const ls_upsample *s, int n, const float *x, float *y);
void LS_SET(ls_cpu_upsample_backward)(const ls_upsample *s, int n, const float *dy, float *dx);
void LS_SET(ls_cpu_unary_forward)(ls_unary kind, float slope, int64_t count, const float *x,
                                  float *y);
void LS_SET(ls_cpu_unary_backward)(ls_unary kind, float slope, int64_t count, const float *at,
                                   const float *dy, float *dx);
void LS_SET(ls_cpu_prelu_forward)(int64_t rows, int c, const float *slope, const float *x,
                                  float *y);
void LS_SET(ls_cpu_prelu_dx)(int64_t rows, int c, const float *slope, const float *x,
                             const float *dy, float *dx);
void LS_SET(ls_cpu_prelu_dslope)(int64_t rows, int c, const float *x, const float *dy,
                                 float *dslope);
void LS_SET(ls_cpu_draw)(const ls_random_key *key, uint32_t limit, int64_t count, uint8_t *keep);
void LS_SET(ls_cpu_mask)(int64_t rows, int64_t width, const uint8_t *keep, float scale,
                         const float *x, float *y);
void LS_SET(ls_cpu_add)(int64_t count, const float *x, float *y);
ls_loss_op LS_SET(ls_cpu_mse), LS_SET(ls_cpu_mae), LS_SET(ls_cpu_bce);
ls_huber_op LS_SET(ls_cpu_huber);
ls_filter_op LS_SET(ls_cpu_filter);
ls_norm_statistics_op LS_SET(ls_cpu_norm_statistics);
ls_norm_apply_op LS_SET(ls_cpu_norm_apply);
ls_norm_backward_op LS_SET(ls_cpu_norm_backward);
ls_softmax_op LS_SET(ls_cpu_softmax_forward);
ls_softmax_backward_op LS_SET(ls_cpu_softmax_backward);
ls_matmul_op LS_SET(ls_cpu_matmul);
ls_squeeze_op LS_SET(ls_cpu_squeeze_forward);
ls_squeeze_backward_op LS_SET(ls_cpu_squeeze_backward);
ls_gate_op LS_SET(ls_cpu_gate_forward);
ls_gate_backward_op LS_SET(ls_cpu_gate_backward);
void LS_SET(ls_cpu_adam)(const ls_adam *s, int64_t count, float *w, const float *g, float *m,
                         float *v);
void LS_SET(ls_cpu_sgd)(const ls_sgd *s, int64_t count, float *w, const float *g, float *m);
void LS_SET(ls_cpu_images_to_float)(int64_t count, const uint8_t *pixels, float *x);
bool LS_SET(ls_cpu_fixed_add)(int64_t count, float limit, bool first, float *g, int64_t *total);
float LS_SET(ls_cpu_largest)(int64_t count, const float *x);
void LS_SET(ls_cpu_fixed_to_float)(int64_t count, const int64_t *total, float *g);

#endif
