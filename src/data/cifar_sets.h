/* Inside data: the two CIFAR sets as a table. */
#ifndef LOCKSTEP_DATA_CIFAR_SETS_H
#define LOCKSTEP_DATA_CIFAR_SETS_H

#include "cifar.h"

#define LS_CIFAR_SIDE     32
#define LS_CIFAR_CHANNELS 3
#define LS_CIFAR_PLANE    (LS_CIFAR_SIDE * LS_CIFAR_SIDE)
#define LS_CIFAR_PIXELS   (LS_CIFAR_CHANNELS * LS_CIFAR_PLANE)

typedef struct ls_cifar_set {
    const char *name, *title;
    int label_bytes;    /* the last one is the label */
    int label_range[2]; /* each label byte is below its range */
    int file_count;
    const char *files[LS_CIFAR_FILES]; /* in the source's order; the last is the test split */
} ls_cifar_set;

extern const ls_cifar_set ls_cifar_sets[LS_CIFAR_SETS];

/* Local: from the sizes that were noted, which set it is, its records and its description. */
ls_status ls_cifar_settle(ls_cifar *files, const char *path, const char *form,
                          ls_source_info *info);

#endif
