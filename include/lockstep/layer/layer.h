/* The contract of a layer type. src/layer/relu.c is the template that teaches it.
 *
 * A new layer = one new file with one `const ls_layer_type`, one line in LS_LAYER_LIST
 * (src/layer/list.h), one table of test shapes (tests/contract/layers/cases.c).
 *
 * Life: plan (sizes and shapes only) -> the model reserves memory -> forward / backward, which
 * allocate nothing and cannot fail. All functions are local. */
#ifndef LOCKSTEP_LAYER_LAYER_H
#define LOCKSTEP_LAYER_LAYER_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/status.h"
#include "lockstep/tensor/shape.h"

#define LS_LAYER_ARGS   6
#define LS_LAYER_PARAMS 6
#define LS_LAYER_STATES 2
#define LS_PARAM_DIMS   4

/* A number; one of some words; a name for the layer; or the name of one before it, to take it. */
typedef enum ls_arg_role { LS_ARG_NUMBER, LS_ARG_CHOICE, LS_ARG_NAMES, LS_ARG_TAKES } ls_arg_role;

/* One argument as written in a layer list: positional in this order, or by name. */
typedef struct ls_arg_spec {
    const char *name;     /* NULL ends the table */
    const char *fallback; /* value when absent; NULL = required; of a name "" = none */
    double low, high;     /* inclusive */
    bool integer;
    const char *word; /* a word allowed instead of a number ("same"), which gives -1; or NULL */
    const char *const *words; /* of a choice, ended by NULL: its value is the word's index */
    ls_arg_role role;         /* a name's value is 1, or 0 where there is none */
} ls_arg_spec;

/* How a parameter or a state begins. */
typedef enum ls_init { LS_INIT_ZERO, LS_INIT_ONE, LS_INIT_VALUE, LS_INIT_WEIGHT } ls_init;

typedef struct ls_param_plan {
    const char *name; /* "weight", "bias" */
    int dim_count;
    int dims[LS_PARAM_DIMS];
    ls_init init;
    double value, fan_in, fan_out; /* of LS_INIT_VALUE; of LS_INIT_WEIGHT, by He and Glorot */
} ls_param_plan;

/* Said to a layer before it that can do this in the same pass. */
typedef enum ls_work { LS_WORK_OTHER, LS_WORK_RELU, LS_WORK_MAXPOOL2 } ls_work;

/* Filled by plan. Zeroed before, but for skip*. */
typedef struct ls_layer_plan {
    ls_shape skip;         /* the named layer's output; {0} = none is taken */
    ls_shape skip_in;      /* and its input */
    const char *skip_type; /* and its type's name */
    bool takes_output;     /* forward reads that output, backward adds to its gradient */
    ls_shape out;
    int param_count;
    ls_param_plan params[LS_LAYER_PARAMS];
    /* Neither trained nor a moment: a step moves states by state_rate towards the mean of what the
     * lanes of the batch gave, weighted by their images. */
    int state_count;
    ls_param_plan states[LS_LAYER_STATES];
    double state_rate;
    ls_work work;
    const char *method;     /* which of several kernels does it: static text, or NULL */
    size_t saved_bytes;     /* kept from forward to backward, beside x and y */
    size_t scratch_bytes;   /* free to use within one call; shared by all layers */
    size_t packed_bytes[2]; /* of weights packed for forward, for backward; 0 = plain */
    double flops;           /* of forward, an image, by direct arithmetic (a multiply-add is two) */
    bool needs_x;           /* backward or weigh reads x */
    bool needs_y;           /* backward reads y */
    bool in_place;          /* y may be x in forward, and dx may be dy in backward */
    bool across_lane;       /* in training an image's output depends on the lane's others */
    int parts;              /* of weigh; 0 = the type has none */
    int64_t part_values;    /* of each part but the last, which has the rest */
} ls_layer_plan;

/* What a lane is in training: for layers that draw, look at the whole lane or add to the loss. */
typedef struct ls_training {
    uint64_t seed;          /* of the run */
    int64_t epoch, step;    /* from 0; from 1 */
    const int64_t *samples; /* [n] their numbers in the training split */
    int64_t images;         /* of the whole global batch */
    double *penalties;      /* [n] what layers add to each image's loss */
} ls_training;

/* One call of forward or backward on n images. Pointers are borrowed. */
typedef struct ls_layer_run {
    const ls_backend *backend;
    const ls_training *training; /* NULL in evaluation: nothing is drawn, state is read */
    int index, n;                /* of the layer in its model, for random numbers; images */
    const float *skip;           /* [n, plan.skip] if plan.takes_output */
    const void *skip_kept;       /* what the named layer keeps from forward to backward */
    float *dskip;                /* [n, plan.skip], accumulated, in backward */
    const float *const *state;   /* [state_count] */
    float *const *dstate;  /* accumulated in training's forward: what it gives, times n / images */
    const float *x;        /* [n, in]; in backward and weigh only if needs_x */
    float *y;              /* [n, out]; in backward only if needs_y, and then read only */
    const float *dy;       /* [n, out] */
    float *dx;             /* [n, in], assigned; NULL = not wanted */
    const float *const *w; /* [param_count] parameters */
    float *const *dw;      /* [param_count] their gradients, accumulated */
    float *packed;         /* what `pack` made for this direction; NULL where packed_bytes is 0 */
    bool fused;            /* the layers that were absorbed are done too: y and dy are the last's */
    void *saved, *scratch;
} ls_layer_run;

typedef struct ls_layer_type {
    const char *name;
    const char *help;        /* one line for docs and messages */
    size_t bytes;            /* of the private struct, zeroed before plan */
    const ls_arg_spec *args; /* ended by a NULL name; NULL = none */
    /* args: values in the order of the table. Fails with what is wrong about the shape or value
     * ("input 7x7 is not divisible by 2"); the model adds which layer. lane: the largest n. */
    ls_status (*plan)(void *self, const double *args, const ls_backend *backend, ls_shape in,
                      int lane, ls_layer_plan *plan);
    /* NULL, or makes run->packed from run->w, for backward or forward; called whenever the weights
     * have changed. */
    void (*pack)(const void *self, const ls_layer_run *run, bool backward);
    /* NULL, or how many of the `count` layers that follow (their plans: next) it can do in its own
     * pass, bit for bit in forward; 0 = none. If any, the plan's saved_bytes and scratch_bytes are
     * made to serve that, and calls may be `fused`. */
    int (*absorb)(const void *self, const ls_backend *backend, int lane,
                  const ls_layer_plan *const *next, int count, ls_layer_plan *plan);
    void (*forward)(const void *self, const ls_layer_run *run);
    void (*backward)(const void *self, const ls_layer_run *run);
    /* NULL, or gives the parameters' gradients in backward's place, part by part, when the model
     * asks for them: then they are made for all lanes of a batch while a part of them is in the
     * cache. Part i is the values from i * part_values on of the parameters, one after another.
     * Reads x (if needs_x) and dy alone, which the model keeps. */
    void (*weigh)(const void *self, const ls_layer_run *run, int part);
} ls_layer_type;

/* The weights that an operation of the backend reads: packed, where there is such a form. */
static inline const float *ls_layer_weights(const ls_layer_run *run)
{
    return run->packed != NULL ? run->packed : run->w[0];
}

/* By name: NULL if there is none. */
int ls_layer_type_count(void);
const ls_layer_type *ls_layer_type_at(int index);
const ls_layer_type *ls_layer_type_find(const char *name);

/* Fails, naming layer type and operation, when the backend lacks an operation a plan needs:
 * LS_LAYER_NEEDS(backend, "conv", conv_forward); */
#define LS_LAYER_NEEDS(backend, layer, operation)                                                  \
    LS_REQUIRE((backend)->operation != NULL, LS_BAD_INPUT,                                         \
               "backend %s has no %s, which %s needs; use another backend.name", (backend)->name,  \
               #operation, (layer))

#endif
