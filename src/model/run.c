/* Running the chain: forward, backward with the hook, and the time each layer takes. Allocates
 * nothing. */
#include "lockstep/base/clock.h"
#include "model_private.h"

/* Adds the time since `began` to *seconds, while the profile is on. */
static void lap(const ls_model *model, double began, double *seconds)
{
    if (model->profiles) {
        *seconds += ls_clock_seconds() - began;
    }
}

static double begin_lap(const ls_model *model)
{
    return model->profiles ? ls_clock_seconds() : 0.0;
}

const float *ls_model_run(ls_model *model, int first, int last, int n, const float *x)
{
    for (int i = first; i < last; i++) {
        ls_layer_slot *slot = &model->slots[i];
        ls_layer_run run = {.backend = model->backend,
                            .n = n,
                            .x = x,
                            .y = slot->y,
                            .w = slot->w,
                            .saved = slot->saved,
                            .scratch = model->scratch};
        double began = begin_lap(model);
        slot->layer.type->forward(slot->self, &run);
        lap(model, began, &slot->forward_seconds);
        x = slot->y;
    }
    return x;
}

const float *ls_model_forward(ls_model *model, int n, const float *x)
{
    model->x = x;
    model->n = n;
    return ls_model_run(model, 0, model->layer_count, n, x);
}

/* One layer; returns its dx, which is the dy of the layer before it. */
static float *backward_layer(ls_model *model, int index, float *dy)
{
    ls_layer_slot *slot = &model->slots[index];
    float *dx = NULL; /* of the first layer: nobody wants it */
    if (index > 0) {
        dx = slot->dx_slot == LS_DX_IN_PLACE ? dy : model->dx[slot->dx_slot];
    }
    ls_layer_run run = {.backend = model->backend,
                        .n = model->n,
                        .x = index > 0 ? model->slots[index - 1].y : model->x,
                        .y = slot->y,
                        .dy = dy,
                        .dx = dx,
                        .w = slot->w,
                        .dw = slot->dw,
                        .saved = slot->saved,
                        .scratch = model->scratch};
    double began = begin_lap(model);
    slot->layer.type->backward(slot->self, &run);
    lap(model, began, &slot->backward_seconds);
    return dx;
}

void ls_model_backward(ls_model *model, float *dy, ls_slice_hook hook, void *context)
{
    for (int i = model->layer_count - 1; i >= 0; i--) {
        dy = backward_layer(model, i, dy);
        const ls_model_layer *layer = &model->slots[i].layer;
        if (hook != NULL && layer->high > layer->low) {
            hook(context, layer->low, layer->high);
        }
    }
}

void ls_model_profile(ls_model *model, bool on)
{
    model->profiles = on;
    for (int i = 0; i < model->layer_count; i++) {
        model->slots[i].forward_seconds = 0.0;
        model->slots[i].backward_seconds = 0.0;
    }
}

void ls_model_profile_read(const ls_model *model, double *forward, double *backward)
{
    for (int i = 0; i < model->layer_count; i++) {
        forward[i] = model->slots[i].forward_seconds;
        backward[i] = model->slots[i].backward_seconds;
    }
}
