/* The weighted sum of a loss's terms over a lane. */
#include "lockstep/loss/loss.h"

#include "lockstep/base/memory.h"

#include <string.h>

struct ls_loss {
    const ls_backend *backend;
    ls_shape shape;
    ls_loss_terms terms;
    const ls_loss_type *measure;
    double *each;    /* [lane] values of one term */
    float *other_dy; /* [lane, shape] gradient of a term behind the first */
    void *scratch;   /* the largest of all terms */
    ls_arena arena;  /* owns these three */
};

/* What ls_loss_sums.measure is of images, and of classes. */
extern const ls_loss_type ls_loss_mse;
extern const ls_loss_type ls_loss_accuracy;

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Where each, other_dy and scratch begin in the arena. */
static ls_status plan(ls_loss *loss, const char *terms, const ls_backend *backend, ls_shape shape,
                      int lane, size_t offsets[3])
{
    *loss = (ls_loss){.backend = backend, .shape = shape};
    LS_TRY(ls_loss_terms_read(terms, &loss->terms));
    loss->measure = loss->terms.of_classes ? &ls_loss_accuracy : &ls_loss_mse;
    size_t scratch = 0;
    for (int i = 0; i < loss->terms.count; i++) {
        const ls_loss_type *type = loss->terms.terms[i].type;
        size_t bytes = 0;
        ls_status status = type->plan(backend, shape, lane, &bytes);
        LS_REQUIRE(status == LS_OK, status, "loss.terms: %s: %s", type->name, ls_error_message());
        scratch = larger(scratch, bytes);
    }
    size_t values = (size_t)lane * (size_t)ls_shape_count(shape);
    offsets[0] = ls_arena_plan(&loss->arena, (size_t)lane * sizeof *loss->each);
    offsets[1] =
        ls_arena_plan(&loss->arena, loss->terms.count > 1 ? values * sizeof *loss->other_dy : 0);
    offsets[2] = ls_arena_plan(&loss->arena, scratch);
    return LS_OK;
}

ls_status ls_loss_measure(const char *terms, const ls_backend *backend, ls_shape shape, int lane,
                          size_t *bytes)
{
    ls_loss loss;
    size_t offsets[3];
    LS_TRY(plan(&loss, terms, backend, shape, lane, offsets));
    *bytes = loss.arena.planned;
    return LS_OK;
}

ls_status ls_loss_create(ls_loss **out, const char *terms, const ls_backend *backend,
                         ls_shape shape, int lane)
{
    void *memory = NULL;
    size_t offsets[3];
    *out = NULL;
    LS_TRY(ls_alloc(&memory, sizeof(ls_loss), "the loss"));
    ls_loss *loss = memory;
    ls_status status = plan(loss, terms, backend, shape, lane, offsets);
    if (status == LS_OK) {
        status = ls_arena_reserve(&loss->arena, "the loss's values and gradients");
    }
    if (status != LS_OK) {
        ls_free(loss);
        return status;
    }
    loss->each = ls_arena_at(&loss->arena, offsets[0]);
    loss->other_dy = ls_arena_at(&loss->arena, offsets[1]);
    loss->scratch = ls_arena_at(&loss->arena, offsets[2]);
    *out = loss;
    return LS_OK;
}

void ls_loss_destroy(ls_loss *loss)
{
    if (loss != NULL) {
        ls_arena_release(&loss->arena);
        ls_free(loss);
    }
}

/* Term i over a lane: its weighted values come to `values`, its gradient to dy. */
static void run_term(const ls_loss *loss, int i, ls_loss_lane *lane, double *values, float *dy)
{
    const ls_loss_term *term = &loss->terms.terms[i];
    lane->weight = term->weight;
    lane->argument = term->argument;
    lane->dy = dy == NULL || i == 0 ? dy : loss->other_dy;
    term->type->run(lane);
    for (int k = 0; k < lane->n; k++) {
        values[k] = (i == 0 ? 0 : values[k]) + term->weight * loss->each[k];
    }
    if (lane->dy != dy) {
        loss->backend->add(lane->n * ls_shape_count(loss->shape), loss->other_dy, dy);
    }
}

void ls_loss_run(const ls_loss *loss, int n, const float *y, const float *target, int64_t images,
                 double *values, double *measure, float *dy)
{
    ls_loss_lane lane = {.backend = loss->backend,
                         .n = n,
                         .shape = loss->shape,
                         .y = y,
                         .target = target,
                         .images = images,
                         .values = loss->each,
                         .scratch = loss->scratch};
    bool measured = measure == NULL;
    for (int i = 0; i < loss->terms.count; i++) {
        run_term(loss, i, &lane, values, dy);
        if (!measured && loss->terms.terms[i].type == loss->measure) {
            memcpy(measure, loss->each, (size_t)n * sizeof *measure);
            measured = true;
        }
    }
    if (!measured) {
        lane.values = measure;
        lane.dy = NULL;
        loss->measure->run(&lane);
    }
}

const char *ls_loss_advice(const ls_loss *loss)
{
    for (int i = 0; i < loss->terms.count; i++) {
        if (loss->terms.terms[i].type->takes != NULL) {
            return loss->terms.terms[i].type->takes;
        }
    }
    return "";
}
