/* One layer on one backend with all its memory, for the contract tests. */
#ifndef LOCKSTEP_TESTS_LAYER_RIG_H
#define LOCKSTEP_TESTS_LAYER_RIG_H

#include "cases.h"

#include "lockstep/layer/layer.h"

#define LS_RIG_IMAGES 16 /* at most */

typedef struct ls_rig {
    const ls_layer_type *type;
    const ls_backend *backend;
    ls_layer_plan plan;
    int n;
    int64_t in_count, out_count; /* of all n images */
    void *self, *saved, *scratch;
    float *packed[2]; /* of forward and backward */
    float *x;         /* [n, in] */
    float *y;         /* [n, out] */
    float *dy;        /* [n, out] */
    float *dx;        /* [n, in] */
    float *skip;      /* [n, skip], and its gradient; what is taken by name */
    float *dskip;
    int64_t skip_count;
    uint8_t *kept; /* [kept_count]: what that layer keeps of all n images */
    int64_t kept_count;
    int64_t samples[LS_RIG_IMAGES]; /* what training tells of the lane */
    double penalties[LS_RIG_IMAGES];
    ls_training training;
    float *state[LS_LAYER_STATES], *dstate[LS_LAYER_STATES];
    int64_t state_values[LS_LAYER_STATES];
    float *w[LS_LAYER_PARAMS], *dw[LS_LAYER_PARAMS];
    int64_t w_count[LS_LAYER_PARAMS];
} ls_rig;

/* Reads and plans the case only; private struct and plan are filled on success. */
ls_status ls_rig_plan(ls_rig *rig, const ls_layer_case *c, const ls_backend *backend, int n);

/* Also reserves memory and fills it: x, w and dy with fixed numbers of size 1/8 to 1 in multiples
 * of 2^-10 (or spaced, as the case wants), states likewise and positive, dx with NaN, dw with
 * ls_rig_old_gradient. */
void ls_rig_open(ls_rig *rig, const ls_layer_case *c, const ls_backend *backend, int n);
void ls_rig_close(ls_rig *rig);

float ls_rig_old_gradient(int64_t index);

/* Forward in evaluation. */
void ls_rig_evaluate(ls_rig *rig);

/* The pointers that the plan promises, and NULL for what it does not; in training. */
void ls_rig_forward(ls_rig *rig);
void ls_rig_backward(ls_rig *rig); /* and all parts of weigh */
void ls_rig_backward_without_parts(ls_rig *rig);
void ls_rig_weigh(ls_rig *rig, int part, const float *dy);
/* With other memory for x and y, or for dy and dx: in place, or with dx NULL. */
void ls_rig_forward_on(ls_rig *rig, const float *x, float *y);
void ls_rig_backward_on(ls_rig *rig, const float *dy, float *dx);

/* The largest absolute value; NaN when there is one. */
double ls_rig_largest(int64_t count, const float *a);
/* Fails the test unless |a - b| <= tolerance * (the largest |b|) everywhere; 0 = the same bits. */
void ls_rig_assert_close(const char *what, const char *text, int64_t count, const float *a,
                         const float *b, double tolerance);

#endif
