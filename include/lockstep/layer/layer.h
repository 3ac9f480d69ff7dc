/* The contract of a layer type. src/layer/relu.c is the template that teaches it.
 *
 * A new layer = one new file with one `const ls_layer_type`, one line in LS_LAYER_LIST
 * (src/layer/list.h), one table of test shapes (tests/contract/layers/cases.c).
 *
 * Life: plan (sizes and shapes only) -> the model reserves memory -> forward / backward, which
 * allocate nothing and cannot fail. All functions are local. */
#ifndef LOCKSTEP_LAYER_LAYER_H
#define LOCKSTEP_LAYER_LAYER_H

#include "lockstep/base/status.h"
#include "lockstep/layer/run.h"
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
    bool needs_x;           /* backward or weigh reads x: a type with parts says so */
    bool needs_y;           /* backward reads y */
    bool in_place;          /* y may be x in forward, and dx may be dy in backward */
    bool across_lane;       /* in training an image's output depends on the lane's others */
    int parts;              /* of weigh; 0 = backward gives all gradients */
    int64_t part_values;    /* of each part but the last, which has the rest */
} ls_layer_plan;

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
    /* NULL, or of layers whose plan has parts: gives the parameters' gradients in backward's place,
     * for many lanes at once and part by part: part i is the values from i * part_values on of the
     * parameters, one after another, and `to` is of that part. Each number must be a sum over
     * images, of an x times a dy or of a dy alone: the model keeps both, and judges by them how
     * large it can be. */
    void (*weigh)(const void *self, const ls_layer_lanes *lanes, int part, const ls_lane_sums *to);
} ls_layer_type;

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
