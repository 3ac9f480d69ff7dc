/* The table of `ref`: naive and complete. It defines what every other backend is tested against,
 * so it is never tuned. */
#include "lockstep/backend/backend.h"
#include "ref.h"

const ls_backend ls_ref_backend = {
    .name = "ref",
    .isa = LS_ISA_PORTABLE,
    .conv_form = LS_CONV_DIRECT,
    .conv_scratch = ls_ref_conv_scratch,
    .conv_forward = ls_ref_conv_forward,
    .conv_backward = ls_ref_conv_backward,
    .deconv_scratch = ls_ref_no_scratch,
    .deconv_forward = ls_ref_deconv_forward,
    .deconv_backward = ls_ref_deconv_backward,
    .dense_forward = ls_ref_dense_forward,
    .dense_dx = ls_ref_dense_dx,
    .dense_dw = ls_ref_dense_dw,
    .dense_db = ls_ref_dense_db,
    .maxpool_forward = ls_ref_maxpool_forward,
    .maxpool_backward = ls_ref_maxpool_backward,
    .unary_forward = ls_ref_unary_forward,
    .unary_backward = ls_ref_unary_backward,
    .prelu_forward = ls_ref_prelu_forward,
    .prelu_dx = ls_ref_prelu_dx,
    .prelu_dslope = ls_ref_prelu_dslope,
    .add = ls_ref_add,
    .mse = ls_ref_mse,
    .adam = ls_ref_adam,
    .sgd = ls_ref_sgd,
    .images_to_float = ls_ref_images_to_float,
    .fixed_add = ls_ref_fixed_add,
    .fixed_to_float = ls_ref_fixed_to_float,
};
