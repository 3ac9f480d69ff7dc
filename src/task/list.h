/* The registered tasks: X(name) stands for `const ls_task ls_task_<name>` in <name>.c. */
#ifndef LOCKSTEP_TASK_LIST_H
#define LOCKSTEP_TASK_LIST_H

#define LS_TASK_LIST(X)                                                                            \
    X(reconstruct)                                                                                 \
    X(classify)                                                                                    \
    X(segment)

#endif
