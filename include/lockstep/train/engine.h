/* The engine of a training step, without folders, checkpoints or validation: what `train` loops
 * over and `bench` measures. See src/train/step.c for the step itself.
 */
#ifndef LOCKSTEP_TRAIN_ENGINE_H
#define LOCKSTEP_TRAIN_ENGINE_H

#include "lockstep/base/status.h"
#include "lockstep/base/sum.h"
#include "lockstep/checkpoint/history.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/dataset.h"
#include "lockstep/loss/loss.h"
#include "lockstep/model/model.h"
#include "lockstep/optim/optim.h"

typedef struct ls_engine ls_engine;

/* What the time of a step goes to. Backward is without what its hook does: fixed point and sums. */
typedef enum ls_phase {
    LS_PHASE_BATCH,
    LS_PHASE_FORWARD,
    LS_PHASE_LOSS,
    LS_PHASE_BACKWARD,
    LS_PHASE_FIXED_POINT,
    LS_PHASE_REDUCE,
    LS_PHASE_OPTIMIZER,
    LS_PHASE_COUNT
} ls_phase;
/* "fixed point". */
const char *ls_phase_name(ls_phase phase);

/* Seconds since ls_engine_take_times was last called. */
typedef struct ls_engine_times {
    double seconds[LS_PHASE_COUNT];
    double hidden; /* sums were on their way while backward went on (comm.reduce = overlap) */
} ls_engine_times;

/* Collective. The table of backend.name with the kernel set of backend.isa, for which `auto` is the
 * least that every rank's CPU has. OpenBLAS must be of one version and core on all ranks, as both
 * change bits. *out is borrowed, constant; failures are not yet agreed. */
ls_status ls_engine_find_backend(const ls_backend **out, const ls_config *config, ls_comm *comm);

/* Collective. Agrees on the kernel set, opens the backend, makes the model for the data's images
 * and classes, initial weights and moments. `config` and `comm` are borrowed. Owner: the caller. */
ls_status ls_engine_create(ls_engine **out, const ls_config *config, const ls_dataset *data,
                           ls_comm *comm);
void ls_engine_destroy(ls_engine *engine);

/* Local, borrowed. */
ls_model *ls_engine_model(ls_engine *engine);
const ls_backend *ls_engine_backend(const ls_engine *engine);
const ls_optim_type *ls_engine_optim(const ls_engine *engine);
float *ls_engine_moment(ls_engine *engine, int index);

/* Floats that an engine gives its optimizer to work in, beside the moments. Local. */
int64_t ls_engine_optimizer_room(const ls_model *model, const ls_optim_type *optim);

/* What ranks were asked for from outside (base/request.h): in, whether this rank was; out, how many
 * were. It rides on the gradients' sum. */
typedef struct ls_wishes {
    int64_t stop_by_signal, stop_by_deadline, save;
} ls_wishes;

/* Collective. One optimizer step, number `step` (from 1), on batch b of the data set's current
 * epoch. Adds the images' losses to `sums`; wishes may be NULL. A loss or gradient that is not
 * finite or out of range is LS_DIVERGED on every rank, naming step, layer and samples. After any
 * failure weights and moments are those before the step. */
ls_status ls_engine_step(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                         ls_loss_sums *sums, ls_wishes *wishes);
/* What validation gives. */
typedef struct ls_validation {
    ls_loss_sums sums;     /* over all validation images; layers add nothing to the loss here */
    double loss, measure;  /* the means */
    double figure;         /* the task's; 0 without one */
    ls_task_counts counts; /* of classes; 0 without truth */
} ls_validation;
/* Collective. Over all validation images, with the averaged weights if there are any: the same bits
 * on any number of ranks. LS_STOPPED on all ranks when any was asked to stop meanwhile. */
ls_status ls_engine_validate(ls_engine *engine, const ls_dataset *data, ls_validation *out);

/* What the learning rate follows beside the configuration and the step. */
typedef struct ls_schedule {
    int64_t epoch_steps; /* steps of an epoch */
    int64_t plateaus;    /* so often validation got no better (optim.schedule = plateau) */
} ls_schedule;
/* Local. The learning rate of a step, from 1: after the warm-up by optim.schedule. */
double ls_learning_rate(const ls_config *config, const ls_schedule *schedule, int64_t step);
/* Local. How often, in the epochs so far, optim.plateau_patience of them went by without a better
 * validation loss; the next ones are then counted anew. */
int64_t ls_count_plateaus(const ls_config *config, const ls_history *history);
/* Local. The same rate as the engine takes on this data; and what it follows from now on. */
double ls_engine_learning_rate(const ls_engine *engine, const ls_dataset *data, int64_t step);
void ls_engine_follow(ls_engine *engine, const ls_history *history);

/* Collective. The model's weights out of model.weights (model.weights_part of them), before the
 * first step: parameters and what their layers keep as state; averages begin as these. LS_BAD_INPUT
 * where a layer, a parameter or its shape is not found there. */
ls_status ls_engine_load_weights(ls_engine *engine);

/* Local. The times since the last call, which begin anew. */
void ls_engine_take_times(ls_engine *engine, ls_engine_times *times);

#endif
