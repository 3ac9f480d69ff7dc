/* The loss that training minimises: a weighted sum of terms (loss.terms), each of a registered
 * type. docs/losses.md says what each type computes.
 *
 *     LS_TRY(ls_loss_create(&loss, "0.8*mse + 0.2*ssim", backend, shape, lane));
 *     ls_loss_run(loss, n, y, target, images, values, mse, dy);
 *     ls_loss_destroy(loss);
 *
 * A type is one file and one line in the list (src/loss/list.h). All functions are local.
 */
#ifndef LOCKSTEP_LOSS_LOSS_H
#define LOCKSTEP_LOSS_LOSS_H

#include "lockstep/backend/backend.h"
#include "lockstep/base/status.h"
#include "lockstep/base/sum.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>

/* Exact sums over images: of the loss, what layers add to it included, and of the measure, which is
 * reported whatever the loss is: the mean squared error of images; of classes the accuracy, the
 * share of places whose best score is the target's. */
typedef struct ls_loss_sums {
    ls_sum loss, measure;
} ls_loss_sums;

/* --- a type ----------------------------------------------------------------------------------- */
/* A lane and what is wanted of it. An image's value may depend on that image alone. */
typedef struct ls_loss_lane {
    const ls_backend *backend;
    int n;
    ls_shape shape;
    const float *y, *target; /* [n, shape] */
    double argument;         /* the type's own number, if it takes one */
    double weight;           /* of dy, not of values */
    int64_t images;          /* the true count of the whole global batch */
    double *values;          /* [n], assigned: each image's loss */
    float *dy;               /* [n, shape], assigned: gradient of weight * (sum of values) / images;
                              * NULL = not wanted, and the values are the same */
    void *scratch;           /* as planned */
} ls_loss_lane;

typedef struct ls_loss_type {
    const char *name;
    const char *argument; /* the name of its one number; NULL = it takes none */
    double fallback, low, high;
    const char *takes; /* which outputs it wants, for messages; NULL = any */
    bool of_classes;   /* outputs are scores of classes at each place, targets their shares */
    /* Refuses images or a backend that will not do; bytes of scratch for lanes of n images. */
    ls_status (*plan)(const ls_backend *backend, ls_shape shape, int n, size_t *scratch);
    /* Cannot fail, allocates nothing. */
    void (*run)(const ls_loss_lane *lane);
} ls_loss_type;

#define LS_LOSS_TYPES_MAX 8
int ls_loss_type_count(void);
const ls_loss_type *ls_loss_type_at(int index);
/* NULL when there is none. */
const ls_loss_type *ls_loss_type_find(const char *name);

/* For plans: LS_LOSS_NEEDS(backend, "mae", mae); */
#define LS_LOSS_NEEDS(backend, loss, operation)                                                    \
    LS_REQUIRE((backend)->operation != NULL, LS_BAD_INPUT,                                         \
               "backend %s has no %s, which %s needs; use another backend.name", (backend)->name,  \
               #operation, (loss))

/* What a mean over `count` values of each image gives dy as factor. */
static inline double ls_loss_scale(const ls_loss_lane *lane, int64_t count)
{
    return lane->weight / ((double)count * (double)lane->images);
}

/* --- terms ------------------------------------------------------------------------------------ */
typedef struct ls_loss_term {
    const ls_loss_type *type;
    double weight; /* positive */
    double argument;
} ls_loss_term;

typedef struct ls_loss_terms {
    int count;
    bool of_classes;                       /* all of them are; else none is */
    ls_loss_term terms[LS_LOSS_TYPES_MAX]; /* each type at most once */
} ls_loss_terms;

/* Reads loss.terms:
 *     terms = term { "+" term }
 *     term  = [ weight "*" ] name [ "(" [ argument "=" ] number ")" ]
 * The message of LS_BAD_INPUT says what stands where. */
ls_status ls_loss_terms_read(const char *text, ls_loss_terms *out);

/* --- the loss --------------------------------------------------------------------------------- */
typedef struct ls_loss ls_loss;

/* Bytes that ls_loss_create would reserve; fails as it would. */
ls_status ls_loss_measure(const char *terms, const ls_backend *backend, ls_shape shape, int lane,
                          size_t *bytes);
/* For lanes of at most `lane` images of this shape. Owner: the caller, ls_loss_destroy. */
ls_status ls_loss_create(ls_loss **out, const char *terms, const ls_backend *backend,
                         ls_shape shape, int lane);
void ls_loss_destroy(ls_loss *loss);

/* y, target: [n, shape]. values: [n], each image's loss. measure (NULL = not wanted): [n], each
 * image's measure, of ls_loss_sums. dy (NULL = not wanted): [n, shape], the gradient of
 * (sum of values) / images, where `images` is the true count of the whole global batch. Allocates
 * nothing. */
void ls_loss_run(const ls_loss *loss, int n, const float *y, const float *target, int64_t images,
                 double *values, double *measure, float *dy);

/* What a term wants of the outputs, for the message that a loss is not finite: "" if nothing, else
 * text that begins with "; ". */
const char *ls_loss_advice(const ls_loss *loss);

/* The class [count] of the highest score; of equal ones the first. */
int ls_loss_best_class(const float *scores, int count);

#endif
