/* Functions of one number: all share this plan, forward and backward, but relu.c, which does the
 * same by itself because it is the template. */
#include "unary.h"

ls_status ls_layer_unary_plan(ls_layer_unary *self, const char *name, ls_unary kind,
                              const ls_backend *backend, ls_shape in, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, name, unary_forward);
    LS_LAYER_NEEDS(backend, name, unary_backward);
    self->kind = kind;
    self->count = ls_shape_count(in);
    plan->out = in;
    plan->flops = (double)self->count;
    plan->needs_x = ls_unary_needs_x(kind);
    plan->needs_y = !plan->needs_x;
    plan->in_place = true;
    return LS_OK;
}

void ls_layer_unary_forward(const void *self, const ls_layer_run *run)
{
    const ls_layer_unary *s = self;
    run->backend->unary_forward(s->kind, s->slope, run->n * s->count, run->x, run->y);
}

void ls_layer_unary_backward(const void *self, const ls_layer_run *run)
{
    const ls_layer_unary *s = self;
    if (run->dx != NULL) {
        const float *at = ls_unary_needs_x(s->kind) ? run->x : run->y;
        run->backend->unary_backward(s->kind, s->slope, run->n * s->count, at, run->dy, run->dx);
    }
}
