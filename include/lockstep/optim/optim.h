/* The contract of an optimizer: one file per type and one line in the list (src/optim/list.h).
 * An optimizer is one loop over a slice of the flat blocks; one that looks at a weight as a matrix
 * has a second rule for those. Local. */
#ifndef LOCKSTEP_OPTIM_OPTIM_H
#define LOCKSTEP_OPTIM_OPTIM_H

#include "lockstep/backend/backend.h"

#define LS_OPTIM_MOMENTS 2 /* the most that any optimizer keeps */

typedef struct ls_optim_settings {
    double lr; /* of this step, schedule applied */
    double beta1, beta2, eps, momentum;
    int64_t step;          /* from 1 on */
    double gradient_scale; /* of clipping; 1 = gradients as they are */
    double weight_decay;   /* 0 = none */
    bool decoupled;        /* the decay stands beside the gradient, not in it */
} ls_optim_settings;

/* The rule of a type that takes a weight as a whole matrix [rows, columns], with its last dimension
 * as columns, in two halves between which ranks that hold the same may share the work. */
typedef struct ls_matrix_rule {
    /* The moments follow the gradient: one loop over any slice. */
    void (*follow)(const ls_optim_settings *settings, int64_t count, const float *g,
                   float *const *moments);
    /* From the whole moments to the direction [rows, columns], of which w -= lr * direction; it
     * overlaps neither moments nor room. room: [room(rows, columns)]. */
    void (*direct)(const ls_backend *backend, int rows, int columns, float *const *moments,
                   float *direction, float *room);
    int64_t (*room)(int rows, int columns); /* floats that direct wants to work in */
} ls_matrix_rule;

typedef struct ls_optim_type {
    const char *name;
    int moment_count;
    const char *moment_names[LS_OPTIM_MOMENTS]; /* in checkpoints */
    /* w, g, moments[i]: [count], the same slice of each block. */
    void (*step)(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                 float *w, const float *g, float *const *moments);
    const ls_matrix_rule *matrix; /* of weights; NULL = they take the step too */
} ls_optim_type;

const ls_optim_type *ls_optim_type_find(const char *name);

/* --- around a type's own rule ----------------------------------------------------------------- */
/* The norm of a block's gradients, in double, slice by slice: sums begin as zero, take the slices
 * in order, and give the norm. Its bits follow from the values and the slices alone. */
#define LS_OPTIM_SUMS 8
void ls_optim_add_squares(int64_t count, const float *g, double sums[LS_OPTIM_SUMS]);
double ls_optim_norm(const double sums[LS_OPTIM_SUMS]);
/* What scales gradients of this norm down to `limit`; 1 where they are within it (Pascanu, Mikolov
 * and Bengio, ICML 2013, algorithm 1). */
double ls_optim_clip(double norm, double limit);

/* One step of a slice, as in ls_optim_type.step, with the gradients scaled, and, if it decays, with
 * weight decay: decoupled, w -= lr * decay * w beside the type's step (Loshchilov and Hutter, ICLR
 * 2019, algorithm 2, where the learning rate is the step's schedule); or decay * w is added to the
 * gradient (L2). room: [count], for gradients that are changed; may be g. */
void ls_optim_update(const ls_optim_type *type, const ls_backend *backend,
                     const ls_optim_settings *settings, bool decays, int64_t count, float *w,
                     const float *g, float *room, float *const *moments);
/* The two halves of a step by ls_optim_type.matrix: a slice's moments, from gradients scaled and,
 * if the decay is L2, with it (room: [count]); and w -= lr * direction, with the decoupled decay.
 */
void ls_optim_follow(const ls_optim_type *type, const ls_optim_settings *settings, int64_t count,
                     const float *w, const float *g, float *room, float *const *moments);
void ls_optim_move(const ls_optim_settings *settings, int64_t count, float *w,
                   const float *direction);

#endif
