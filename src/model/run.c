/* Running the chain: forward, backward with the hook, and the time each layer takes. Allocates
 * nothing. */
#include "lockstep/base/clock.h"
#include "model_private.h"

#include <string.h>

static double begin_watch(const ls_model *model)
{
    return model->watch != NULL ? ls_clock_seconds() : 0.0;
}

static void end_watch(const ls_model *model, int layer, bool backward, double began)
{
    if (model->watch != NULL) {
        model->watch(model->watch_context, layer, backward, began, ls_clock_seconds());
    }
}

/* The weights in the order in which this direction reads them, made anew if they have changed. */
static void take_packed(ls_layer_slot *slot, ls_layer_run *run, bool backward)
{
    run->packed = slot->packed[backward];
    if (run->packed != NULL && !slot->is_packed[backward]) {
        slot->layer.type->pack(slot->self, run, backward);
        slot->is_packed[backward] = true;
    }
}

/* What every call of a layer gets: its memory, and the layer that it takes by name. */
static ls_layer_run begin_run(const ls_model *model, int index, int n, const float *x)
{
    const ls_layer_slot *slot = &model->slots[index];
    ls_layer_run run = {.backend = model->backend,
                        .training = model->training,
                        .index = index,
                        .n = n,
                        .x = x,
                        .w = slot->w,
                        .state = slot->state,
                        .saved = slot->saved,
                        .scratch = model->scratch};
    if (slot->layer.skip_from >= 0) {
        const ls_layer_slot *from = &model->slots[slot->layer.skip_from];
        run.skip = slot->layer.plan.takes_output ? from->y : NULL;
        run.skip_kept = from->saved;
    }
    return run;
}

/* Layer i alone, or with those it has absorbed. */
static const float *forward_layer(ls_model *model, int i, bool fused, int n, const float *x)
{
    ls_layer_slot *slot = &model->slots[i];
    float *y = model->slots[fused ? i + slot->absorbed : i].y;
    ls_layer_run run = begin_run(model, i, n, x);
    run.y = y;
    run.fused = fused;
    run.dstate = model->training != NULL ? slot->dstate : NULL;
    double began = begin_watch(model);
    take_packed(slot, &run, false);
    slot->layer.type->forward(slot->self, &run);
    end_watch(model, i, false, began);
    return y;
}

static const float *run_layers(ls_model *model, int first, int last, int n, const float *x)
{
    for (int i = first; i < last; i++) {
        int absorbed = model->slots[i].absorbed;
        bool fused = absorbed > 0 && i + absorbed < last;
        x = forward_layer(model, i, fused, n, x);
        i += fused ? absorbed : 0;
    }
    return x;
}

const float *ls_model_run(ls_model *model, int first, int last, int n, const float *x)
{
    model->training = NULL;
    return run_layers(model, first, last, n, x);
}

const float *ls_model_forward(ls_model *model, int n, const float *x, const ls_training *training)
{
    model->x = x;
    model->n = n;
    model->training = training;
    return run_layers(model, 0, model->layer_count, n, x);
}

/* --- backward --------------------------------------------------------------------------------- */

static ls_layer_run backward_run(const ls_model *model, int index, int n, const float *x,
                                 const float *dy)
{
    const ls_layer_slot *slot = &model->slots[index];
    ls_layer_run run = begin_run(model, index, n, x);
    run.y = model->slots[index + slot->absorbed].y;
    run.dy = dy;
    run.dw = slot->dw;
    run.fused = slot->absorbed > 0;
    if (run.skip != NULL) {
        run.dskip = model->slots[slot->layer.skip_from].dskip;
    }
    return run;
}

static const float *input_of(const ls_model *model, int index)
{
    return index > 0 ? model->slots[index - 1].y : model->x;
}

static void call_hook(const ls_lane_pass *pass, ls_slice slice)
{
    if (pass->hook != NULL && slice.high > slice.low) {
        pass->hook(pass->context, &slice);
    }
}

/* One layer; returns its dx, which is the dy of the layer before it. */
static float *backward_layer(ls_model *model, int index, float *dy)
{
    ls_layer_slot *slot = &model->slots[index];
    ls_layer_run run = backward_run(model, index, model->n, input_of(model, index), dy);
    if (index > model->first_trained) { /* of the first layer: nobody wants it */
        run.dx = slot->dx_slot == LS_DX_IN_PLACE ? dy : model->dx[slot->dx_slot];
    }
    double began = begin_watch(model);
    if (run.dx != NULL) {
        take_packed(slot, &run, true);
    }
    slot->layer.type->backward(slot->self, &run);
    end_watch(model, index, true, began);
    return run.dx;
}

/* Alone, a lane's gradients are made at once. */
static void weigh_lane(ls_model *model, int index, const ls_lane_pass *pass)
{
    const void *kept = model->kept;
    for (int part = model->slots[index].layer.plan.parts - 1; part >= 0; part--) {
        ls_slice slice = {.lane = pass->lane};
        ls_model_part(model, index, part, &slice.low, &slice.high);
        ls_model_weigh(model, index, part, 1, &kept, &(ls_lane_sums){.g = model->gradients});
        call_hook(pass, slice);
    }
}

static void backward_parts(ls_model *model, int index, const float *dy, const ls_lane_pass *pass)
{
    ls_model_keep(model, index, pass->kept != NULL ? pass->lane : 0, input_of(model, index), dy);
    if (pass->kept != NULL) {
        pass->kept(pass->context, index, pass->lane);
    } else {
        weigh_lane(model, index, pass);
    }
}

/* Layers that take an output by name add to its gradient. */
static void clear_skips(ls_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        const ls_layer_slot *slot = &model->slots[i];
        if (slot->is_taken) {
            memset(slot->dskip, 0,
                   sizeof(float) * (size_t)model->n * (size_t)ls_shape_count(slot->layer.plan.out));
        }
    }
}

static void add_skip(const ls_model *model, int index, float *dy)
{
    const ls_layer_slot *slot = &model->slots[index];
    if (slot->is_taken) {
        model->backend->add(model->n * ls_shape_count(slot->layer.plan.out), slot->dskip, dy);
    }
}

void ls_model_backward(ls_model *model, float *dy, const ls_lane_pass *pass)
{
    static const ls_lane_pass alone = {0};
    pass = pass != NULL ? pass : &alone;
    clear_skips(model);
    call_hook(pass, (ls_slice){pass->lane, model->parameter_count, ls_model_gradient_count(model)});
    for (int i = model->layer_count - 1; i >= model->first_trained; i--) {
        const ls_model_layer *layer = &model->slots[i].layer;
        if (layer->done_by != i) {
            continue; /* its work is part of that layer's */
        }
        add_skip(model, i, dy);
        if (layer->plan.parts > 0) {
            backward_parts(model, i, dy, pass);
        }
        dy = backward_layer(model, i, dy);
        if (layer->plan.parts == 0) {
            call_hook(pass, (ls_slice){pass->lane, layer->low, layer->high});
        }
    }
}

void ls_model_watch(ls_model *model, ls_layer_watch watch, void *context)
{
    model->watch = watch;
    model->watch_context = context;
}
