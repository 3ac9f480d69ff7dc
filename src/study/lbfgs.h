/* Minimising a smooth function by limited-memory BFGS (Liu and Nocedal 1989, algorithm 2.1 with the
 * scaling M3). All arithmetic is in double and in one order: ranks whose functions give the same
 * bits walk the same way. */
#ifndef LOCKSTEP_STUDY_LBFGS_H
#define LOCKSTEP_STUDY_LBFGS_H

#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* The function's value and gradient [n] at x [n]. */
typedef ls_status (*ls_objective)(void *context, const double *x, double *value, double *gradient);

/* When to stop: at a gradient whose largest magnitude is at most `gradient`; where the last
 * LS_LBFGS_SPAN steps together took less than `decrease` of the value's magnitude off it; or after
 * `steps` steps. */
typedef struct ls_lbfgs_rule {
    double gradient, decrease;
    int steps;
} ls_lbfgs_rule;
#define LS_LBFGS_SPAN 10

typedef struct ls_lbfgs_end {
    double value, gradient; /* at the end; of the gradient its largest magnitude */
    int steps, calls;       /* calls of the objective */
    bool converged;         /* by one of the rule's first two */
} ls_lbfgs_end;

/* Collective, as the objective may be: its failure, the same on all ranks, is passed up. x: [n],
 * from where it begins to where it ends. Where rounding leaves no way down it ends there. */
ls_status ls_lbfgs(ls_comm *comm, const ls_lbfgs_rule *rule, int64_t n, double *x,
                   ls_objective objective, void *context, ls_lbfgs_end *end);

#endif
