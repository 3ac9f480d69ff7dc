/* A model: the chain of layers that a configuration describes, on flat blocks of memory.
 *
 *     LS_TRY(ls_model_create(&model, &config, backend, shape, LS_MODEL_TRAIN));
 *     ls_model_init(model, config.train_seed);
 *     const float *y = ls_model_forward(model, n, x, &training);
 *     ls_model_backward(model, dy, &pass);
 *
 * All functions are local. Everything returned is borrowed from the model.
 */
#ifndef LOCKSTEP_MODEL_MODEL_H
#define LOCKSTEP_MODEL_MODEL_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/status.h"
#include "lockstep/config/config.h"
#include "lockstep/layer/layer.h"
#include "lockstep/tensor/shape.h"

typedef struct ls_model ls_model;

/* What memory is reserved: without gradients, with them, or none at all: LS_MODEL_PLAN tells what
 * LS_MODEL_TRAIN would take, has no blocks (NULL) and can't run. */
typedef enum ls_model_use { LS_MODEL_EVALUATE, LS_MODEL_TRAIN, LS_MODEL_PLAN } ls_model_use;

/* Plans and reserves. Takes model.*, train.lane, train.batch and optim.average from `config`;
 * `input` is the images' shape. Fails with which layer and why: `model.encoder: layer 4 maxpool(2):
 * input 7x7 is not ...`. Owner: the caller, ls_model_destroy. */
ls_status ls_model_create(ls_model **out, const ls_config *config, const ls_backend *backend,
                          ls_shape input, ls_model_use use);
void ls_model_destroy(ls_model *model);

/* Initial parameters by He or Glorot uniform (model.init) as a pure function of the seed. */
void ls_model_init(ls_model *model, uint64_t seed);

/* The encoder's and decoder's lists with nothing left empty, as text that reads back. */
ls_status ls_model_expand(const ls_config *config, ls_shape input, ls_text *encoder,
                          ls_text *decoder);

ls_shape ls_model_input(const ls_model *model);
ls_shape ls_model_output(const ls_model *model);
ls_shape ls_model_code(const ls_model *model); /* the encoder's output */
int ls_model_lane(const ls_model *model);      /* the largest n */

/* --- flat blocks ------------------------------------------------------------------------------ */
/* Parameters: ls_model_parameter_count floats, in layer order, one right after the other: a block
 * begins at LS_ALIGN, a single parameter only at a multiple of 4 bytes. State: ls_model_state_count
 * floats (may be 0, and then NULL): the layers' states likewise, and behind them the parameters'
 * averages. Gradients: ls_model_gradient_count floats, those of the parameters at equal offsets,
 * and behind them what lanes give to the layers' states; NULL unless LS_MODEL_TRAIN. */
int64_t ls_model_parameter_count(const ls_model *model);
/* May be written until the next forward; after that, ask again: layers keep weights in an order of
 * their own until someone has asked. */
float *ls_model_parameters(ls_model *model);
float *ls_model_gradients(ls_model *model);
int64_t ls_model_gradient_count(const ls_model *model);
/* Moves the gradients of a model that trains to memory of the caller's: [gradients], zero. */
void ls_model_place_gradients(ls_model *model, float *block);
int64_t ls_model_state_count(const ls_model *model);
float *ls_model_state(ls_model *model);
/* The layers' states after a step: moved towards the sum of what the batch's lanes gave. sums:
 * [gradients - parameters]. */
void ls_model_move_state(ls_model *model, const float *sums);

/* Averages of the parameters over steps (optim.average; Polyak and Juditsky 1992, here with weights
 * that fall exponentially): [parameters], or NULL. They begin as the parameters, by ls_model_init
 * and whenever start is called; follow, after step 1, 2, ..., moves those of [low, high):
 * average = d average + (1 - d) weight, d = min(optim.average, (1 + step) / (10 + step)), so that
 * the initial weights are soon forgotten (as TensorFlow's moving averages with num_updates). */
float *ls_model_averages(ls_model *model);
void ls_model_start_averages(ls_model *model);
void ls_model_follow_averages(ls_model *model, int64_t step, int64_t low, int64_t high);
/* Exchanges parameters and averages, if there are any: to run with these; a second time gives all
 * back to the bit. */
void ls_model_exchange_averages(ls_model *model);

/* --- what it is made of ----------------------------------------------------------------------- */
typedef struct ls_model_param {
    const ls_param_plan *plan;
    int64_t offset, count; /* in the flat block */
} ls_model_param;

typedef struct ls_model_layer {
    const char *path; /* "encoder/0-conv": the group in a checkpoint */
    const char *text; /* "conv(32)": as written */
    const ls_layer_type *type;
    ls_shape in;
    ls_layer_plan plan;
    ls_model_param params[LS_LAYER_PARAMS];
    int64_t low, high; /* its slice of the flat block; equal when it has no parameters */
    ls_model_param states[LS_LAYER_STATES]; /* offsets in the state block */
    int done_by;   /* the layer whose pass does this one's work: itself, or one before it */
    int skip_from; /* the layer whose output it takes by name; -1 = none */
} ls_model_layer;

int ls_model_layer_count(const ls_model *model);
int ls_model_encoder_count(const ls_model *model); /* the first so many are the encoder */
/* The first layer that is trained, which has parameters; those before it are frozen (model.freeze):
 * backward stops there. 0 = all are trained. */
int ls_model_first_trained(const ls_model *model);
const ls_model_layer *ls_model_layer_at(const ls_model *model, int index);
size_t ls_model_bytes(const ls_model *model); /* memory reserved, or planned */

/* --- running ---------------------------------------------------------------------------------- */
/* Layers first .. last-1 on n <= lane images. x: [n, in of first]. Returns the output of last-1:
 * [n, out], valid until the next call. A model that trains has no output within layers that one
 * pass does: first and last must have `done_by` of their own there. */
const float *ls_model_run(ls_model *model, int first, int last, int n, const float *x);
/* The layer before `cut` whose output one from `cut` on takes by name: what is behind the cut can't
 * run alone then; -1 = none. */
int ls_model_taken_across(const ls_model *model, int cut);
/* All layers; what backward needs is kept. x and training must stay as they are until backward is
 * done. training NULL: as in evaluation. */
const float *ls_model_forward(ls_model *model, int n, const float *x, const ls_training *training);

/* The gradients [low, high) of a lane. */
typedef struct ls_slice {
    int lane;
    int64_t low, high;
} ls_slice;
/* Called when a slice is final and is all that stands there, if the caller has taken away those of
 * the lanes before. A lane's slices cover the block once, from its end to the first layer trained,
 * but for those of layers that are `kept`. */
typedef void (*ls_slice_hook)(void *context, const ls_slice *slice);
/* Called in the place of a layer's slices: what gives its gradients is kept, of as many lanes one
 * after another as there is room for. The caller sums them (kept.h) before more are kept in their
 * place. */
typedef void (*ls_kept_hook)(void *context, int layer, int lane);
/* Which lane of those whose gradients are added up, and who takes them. */
typedef struct ls_lane_pass {
    int lane;           /* from 0 on, in order */
    ls_slice_hook hook; /* NULL = gradients accumulate */
    ls_kept_hook kept;  /* NULL = layers with parts have slices too, one for each part */
    void *context;
} ls_lane_pass;
/* After ls_model_forward, for the same images. dy: [n, output], overwritten. Gradients accumulate:
 * those of frozen layers nobody makes. pass NULL: no hooks. */
void ls_model_backward(ls_model *model, float *dy, const ls_lane_pass *pass);

/* Called after each call of a layer, with when it began and ended by ls_clock_seconds. */
typedef void (*ls_layer_watch)(void *context, int layer, bool backward, double began, double ended);
/* From now on; NULL = nobody watches, and the clock is not asked. */
void ls_model_watch(ls_model *model, ls_layer_watch watch, void *context);

#endif
