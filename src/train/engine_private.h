/* What an ls_engine is; known to the engine's own files in src/train alone. */
#ifndef LOCKSTEP_TRAIN_ENGINE_PRIVATE_H
#define LOCKSTEP_TRAIN_ENGINE_PRIVATE_H

#include "lockstep/data/augment.h"
#include "lockstep/data/corrupt.h"
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
    ls_optim_settings settings; /* of every step; lr, step and gradient_scale are the step's own */
    int64_t first_trained;      /* parameters before it are frozen */
    int64_t plateaus;           /* of ls_schedule */
    ls_loss *loss;              /* owned */
    float *moments[LS_OPTIM_MOMENTS]; /* [parameters] each, owned */
    float *room;                      /* [ls_engine_optimizer_room], owned */
    ls_reducer reducer;
    ls_augment augment;
    ls_corrupt corrupt;
    const ls_task *task;
    int64_t places;       /* of an output; 0 = the task has no truth */
    float *clean;         /* [lane, input] clean images, owned */
    float *x;             /* [lane, input] what the network sees: owned; clean if not corrupted */
    uint8_t *truth;       /* [lane, places], owned */
    float *target;        /* [lane, output]: owned; clean if there is no truth */
    float *spare;         /* [input], owned */
    float *dy;            /* [lane, output], owned */
    double *values;       /* [lane] losses, owned */
    double *measure;      /* [lane] of ls_loss_sums, owned */
    double *penalties;    /* [lane] what layers add to them, owned */
    int64_t *ids;         /* [lane] sample numbers, owned */
    ls_training training; /* the lane that is worked on */
    ls_phases phases;
};

/* Collective over ranks that share sums, with an optimizer that takes matrices; otherwise local.
 * The optimizer's step number `step`, with the reduced gradients, which are then used up; averages
 * follow. It is whole even where a rank is lost meanwhile. */
void ls_engine_optimize(ls_engine *engine, double lr, int64_t step);
/* What the optimizer keeps of the parameters from `low` on. */
static inline void ls_engine_moments_at(const ls_engine *engine, int64_t low,
                                        float *moments[LS_OPTIM_MOMENTS])
{
    for (int i = 0; i < engine->optim->moment_count; i++) {
        moments[i] = engine->moments[i] + low;
    }
}

/* [low, high) has taken its step: averages follow, and the gradients are used up. */
static inline void ls_engine_finish_update(ls_engine *engine, int64_t step, int64_t low,
                                           int64_t high)
{
    ls_model_follow_averages(engine->model, step, low, high);
    ls_reducer_clear(&engine->reducer, low, high);
}

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

/* Local. Brings a lane of this rank, of batch b of the current epoch or of the validation images,
 * into engine->x and engine->target, of the first also its numbers into engine->ids. Returns n. */
int ls_engine_training_lane(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t g);
int ls_engine_validation_lane(ls_engine *engine, const ls_dataset *data, int64_t g);

/* Local. Phases of the steps to come are noted in a trace (borrowed); NULL = no more. */
void ls_engine_trace(ls_engine *engine, ls_trace *trace);

#endif
