/* The registered losses: X(name) stands for `const ls_loss_type ls_loss_<name>` in <name>.c. */
#ifndef LOCKSTEP_LOSS_LIST_H
#define LOCKSTEP_LOSS_LIST_H

#define LS_LOSS_LIST(X)                                                                            \
    X(mse)                                                                                         \
    X(mae)                                                                                         \
    X(huber)                                                                                       \
    X(bce)                                                                                         \
    X(ssim)                                                                                        \
    X(cross_entropy)

#endif
