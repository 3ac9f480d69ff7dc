/* The contract of an optimizer: one file per type and one line in the list (src/optim/list.h).
 * An optimizer is one loop over a slice of the flat blocks. Local. */
#ifndef LOCKSTEP_OPTIM_OPTIM_H
#define LOCKSTEP_OPTIM_OPTIM_H

#include "lockstep/backend/backend.h"

#define LS_OPTIM_MOMENTS 2 /* the most that any optimizer keeps */

typedef struct ls_optim_settings {
    double lr; /* of this step, schedule applied */
    double beta1, beta2, eps, momentum;
    int64_t step; /* from 1 on */
} ls_optim_settings;

typedef struct ls_optim_type {
    const char *name;
    int moment_count;
    const char *moment_names[LS_OPTIM_MOMENTS]; /* in checkpoints */
    /* w, g, moments[i]: [count], the same slice of each block. */
    void (*step)(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                 float *w, const float *g, float *const *moments);
} ls_optim_type;

const ls_optim_type *ls_optim_type_find(const char *name);

#endif
