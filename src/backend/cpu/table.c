/* The tables of `cpu` for one kernel set, which differ in the form of convolution alone. */
#include "cpu.h"

#define ISA_OF_portable LS_ISA_PORTABLE
#define ISA_OF_avx2     LS_ISA_AVX2
#define ISA_OF_avx512   LS_ISA_AVX512
#define ISA_OF_xsmm     LS_ISA_AVX512

#ifdef LS_USES_XSMM
#define PRODUCTS "libxsmm"
#else
#define PRODUCTS "own"
#endif

#define TABLE(form)                                                                                \
    [form] = {                                                                                     \
        .name = "cpu",                                                                             \
        .isa = LS_JOIN(ISA_OF, LS_KERNEL_SET),                                                     \
        .conv_form = (form),                                                                       \
        .products = PRODUCTS,                                                                      \
        .conv_method = LS_SET(ls_cpu_conv_method),                                                 \
        .conv_packed = LS_SET(ls_cpu_conv_packed),                                                 \
        .conv_pack = LS_SET(ls_cpu_conv_pack),                                                     \
        .conv_scratch = LS_SET(ls_cpu_conv_scratch),                                               \
        .conv_forward = LS_SET(ls_cpu_conv_forward),                                               \
        .conv_backward = LS_SET(ls_cpu_conv_backward),                                             \
        .deconv_method = LS_SET(ls_cpu_deconv_method),                                             \
        .deconv_packed = LS_SET(ls_cpu_deconv_packed),                                             \
        .deconv_pack = LS_SET(ls_cpu_deconv_pack),                                                 \
        .deconv_scratch = LS_SET(ls_cpu_deconv_scratch),                                           \
        .deconv_rectifies = LS_SET(ls_cpu_deconv_rectifies),                                       \
        .deconv_forward = LS_SET(ls_cpu_deconv_forward),                                           \
        .deconv_backward = LS_SET(ls_cpu_deconv_backward),                                         \
        .dense_packed = LS_SET(ls_cpu_dense_packed),                                               \
        .dense_pack = LS_SET(ls_cpu_dense_pack),                                                   \
        .dense_forward = LS_SET(ls_cpu_dense_forward),                                             \
        .dense_dx = LS_SET(ls_cpu_dense_dx),                                                       \
        .dense_dw = LS_SET(ls_cpu_dense_dw),                                                       \
        .dense_db = LS_SET(ls_cpu_dense_db),                                                       \
        .dense_sums = LS_SET(ls_cpu_dense_sums),                                                   \
        .dense_sum = LS_SET(ls_cpu_dense_sum),                                                     \
        .maxpool_forward = LS_SET(ls_cpu_maxpool_forward),                                         \
        .maxpool_backward = LS_SET(ls_cpu_maxpool_backward),                                       \
        .maxpool_gather = LS_SET(ls_cpu_maxpool_gather),                                           \
        .avgpool_forward = LS_SET(ls_cpu_avgpool_forward),                                         \
        .avgpool_backward = LS_SET(ls_cpu_avgpool_backward),                                       \
        .upsample_forward = LS_SET(ls_cpu_upsample_forward),                                       \
        .upsample_backward = LS_SET(ls_cpu_upsample_backward),                                     \
        .unary_forward = LS_SET(ls_cpu_unary_forward),                                             \
        .unary_backward = LS_SET(ls_cpu_unary_backward),                                           \
        .prelu_forward = LS_SET(ls_cpu_prelu_forward),                                             \
        .prelu_dx = LS_SET(ls_cpu_prelu_dx),                                                       \
        .prelu_dslope = LS_SET(ls_cpu_prelu_dslope),                                               \
        .draw = LS_SET(ls_cpu_draw),                                                               \
        .mask = LS_SET(ls_cpu_mask),                                                               \
        .add = LS_SET(ls_cpu_add),                                                                 \
        .norm_statistics = LS_SET(ls_cpu_norm_statistics),                                         \
        .norm_apply = LS_SET(ls_cpu_norm_apply),                                                   \
        .norm_backward = LS_SET(ls_cpu_norm_backward),                                             \
        .softmax_forward = LS_SET(ls_cpu_softmax_forward),                                         \
        .softmax_backward = LS_SET(ls_cpu_softmax_backward),                                       \
        .matmul = LS_SET(ls_cpu_matmul),                                                           \
        .squeeze_forward = LS_SET(ls_cpu_squeeze_forward),                                         \
        .squeeze_backward = LS_SET(ls_cpu_squeeze_backward),                                       \
        .gate_forward = LS_SET(ls_cpu_gate_forward),                                               \
        .gate_backward = LS_SET(ls_cpu_gate_backward),                                             \
        .mse = LS_SET(ls_cpu_mse),                                                                 \
        .mae = LS_SET(ls_cpu_mae),                                                                 \
        .huber = LS_SET(ls_cpu_huber),                                                             \
        .bce = LS_SET(ls_cpu_bce),                                                                 \
        .filter = LS_SET(ls_cpu_filter),                                                           \
        .adam = LS_SET(ls_cpu_adam),                                                               \
        .sgd = LS_SET(ls_cpu_sgd),                                                                 \
        .images_to_float = LS_SET(ls_cpu_images_to_float),                                         \
        .fixed_add = LS_SET(ls_cpu_fixed_add),                                                     \
        .largest = LS_SET(ls_cpu_largest),                                                         \
        .fixed_to_float = LS_SET(ls_cpu_fixed_to_float),                                           \
    },

const ls_backend LS_SET(ls_cpu_backend)[LS_CONV_FORMS] = {
    TABLE(LS_CONV_AUTO) TABLE(LS_CONV_DIRECT) TABLE(LS_CONV_WINOGRAD2) TABLE(LS_CONV_WINOGRAD4)};
