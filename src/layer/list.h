/* The registered layer types: X(name) stands for `const ls_layer_type ls_layer_<name>` in
 * <name>.c. One line a type; the contract tests run over all of them. */
#ifndef LOCKSTEP_LAYER_LIST_H
#define LOCKSTEP_LAYER_LIST_H

/* clang-format off */
#define LS_LAYER_LIST(X)                                                                           \
    X(conv)                                                                                        \
    X(deconv)                                                                                      \
    X(maxpool)                                                                                     \
    X(unpool)                                                                                      \
    X(avgpool)                                                                                     \
    X(upsample)                                                                                    \
    X(dense)                                                                                       \
    X(reshape)                                                                                     \
    X(relu)                                                                                        \
    X(leaky_relu)                                                                                  \
    X(prelu)                                                                                       \
    X(elu)                                                                                         \
    X(gelu)                                                                                        \
    X(silu)                                                                                        \
    X(tanh)                                                                                        \
    X(sigmoid)                                                                                     \
    X(dropout)                                                                                     \
    X(save)                                                                                        \
    X(add)                                                                                         \
    X(concat)                                                                                      \
    X(batchnorm)                                                                                   \
    X(layernorm)                                                                                   \
    X(groupnorm)                                                                                   \
    X(se)                                                                                          \
    X(cbam)                                                                                        \
    X(attention)                                                                                   \
    X(gaussian)                                                                                    \
    X(sparse)
/* clang-format on */

#endif
