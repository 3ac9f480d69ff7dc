/* What an ls_engine is; known to the engine's own files in src/train alone. */
#ifndef LOCKSTEP_TRAIN_ENGINE_PRIVATE_H
#define LOCKSTEP_TRAIN_ENGINE_PRIVATE_H

#include "lockstep/loss/loss.h"
#include "lockstep/train/engine.h"
#include "phases.h"
#include "reducer.h"

struct ls_engine {
    const ls_config *config;
    ls_comm *comm;
    const ls_backend *backend;
    ls_model *model; /* owned */
    const ls_optim_type *optim;
    ls_loss *loss;                    /* owned */
    float *moments[LS_OPTIM_MOMENTS]; /* [parameters] each, owned */
    ls_reducer reducer;
    float *x;             /* [lane, input], owned */
    float *dy;            /* [lane, output], owned */
    double *values;       /* [lane] losses, owned */
    double *mse;          /* [lane] mean squared errors, owned */
    double *penalties;    /* [lane] what layers add to them, owned */
    int64_t *ids;         /* [lane] sample numbers, owned */
    float *given;         /* [state] room for the sums of what lanes give to it, owned */
    ls_training training; /* the lane that is worked on */
    ls_phases phases;
};

/* A lane whose loss or gradients are not finite or out of range, remembered until all ranks know.
 */
typedef struct ls_fault {
    int64_t lane; /* number in the epoch; INT64_MAX = none */
    int layer;    /* whose gradients are bad; -1 = the loss is */
} ls_fault;

/* Collective, called by all ranks when any rank has a fault: LS_DIVERGED everywhere with the
 * message of the rank that holds the lowest such lane. */
ls_status ls_engine_report_fault(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                                 ls_fault mine);

/* Local. Phases of the steps to come are noted in a trace (borrowed); NULL = no more. */
void ls_engine_trace(ls_engine *engine, ls_trace *trace);

#endif
