/* The list of checks, in the order in which they are made: a check may use what those before it
 * have found out.
 *
 * X(name, in training, needs): the function is ls_check_<name>; `needs` are the checks without
 * which this one can't be made or would mean nothing: after a fail of theirs it is not made. */
#ifndef LOCKSTEP_DOCTOR_LIST_H
#define LOCKSTEP_DOCTOR_LIST_H

/* clang-format off */
#define LS_CHECK_LIST(X)                                                                           \
    X(program,     false, 0)                                                                       \
    X(config,      false, LS_NEEDS(program))                                                       \
    X(kernels,     true,  LS_NEEDS(config))                                                        \
    X(blas_core,   true,  LS_NEEDS(config))                                                        \
    X(cores,       true,  LS_NEEDS(config))                                                        \
    X(threads,     true,  LS_NEEDS(config))                                                        \
    X(limits,      false, LS_NEEDS(config))                                                        \
    X(data,        true,  LS_NEEDS(config))                                                        \
    X(lanes,       false, LS_NEEDS(data))                                                          \
    X(model,       true,  LS_NEEDS(data) | LS_NEEDS(kernels))                                      \
    X(memory,      true,  LS_NEEDS(model))                                                         \
    X(folder,      false, LS_NEEDS(config))                                                        \
    X(shared,      false, LS_NEEDS(folder))                                                        \
    X(file_system, false, LS_NEEDS(folder))                                                        \
    X(room,        false, LS_NEEDS(folder) | LS_NEEDS(model))                                      \
    X(hdf5,        false, LS_NEEDS(shared) | LS_NEEDS(room))                                       \
    X(network,     false, LS_NEEDS(config))                                                        \
    X(clocks,      false, LS_NEEDS(network))                                                       \
    X(images,      false, LS_NEEDS(memory))                                                        \
    X(speed,       false, LS_NEEDS(images))                                                        \
    X(deadline,    false, LS_NEEDS(speed))
/* clang-format on */

#define LS_CHECK_ENUM(name, in_training, needs) LS_CHECK_##name,
typedef enum ls_check { LS_CHECK_LIST(LS_CHECK_ENUM) LS_CHECK_COUNT } ls_check;
#undef LS_CHECK_ENUM
#define LS_NEEDS(name) (1u << LS_CHECK_##name)

#endif
