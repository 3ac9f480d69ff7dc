/* The memory plan of a model: one arena with the flat blocks, every layer's output (in place where
 * nothing is lost by it), what layers keep for backward, two buffers that take turns for the
 * gradients of activations, and one scratch for all. */
#include "model_private.h"

typedef struct offsets {
    size_t parameters, state, gradients, scratch;
    size_t dx[LS_DX_SLOTS];
} offsets;

static size_t batch_bytes(const ls_model *model, ls_shape shape)
{
    return sizeof(float) * (size_t)model->lane * (size_t)ls_shape_count(shape);
}

/* A layer may overwrite its input when its backward does not read x, nor the previous layer's its
 * y. The network's input belongs to the caller and is never written. */
static bool may_overwrite(const ls_model *model, int index)
{
    if (index == 0) {
        return false;
    }
    const ls_layer_plan *plan = &model->slots[index].layer.plan;
    const ls_layer_plan *before = &model->slots[index - 1].layer.plan;
    bool is_taken = model->slots[index - 1].is_taken;
    return plan->in_place && !plan->needs_x && !before->needs_y && !is_taken;
}

/* Whether another layer's pass does this one's work, and nobody can ask for it alone. */
static bool is_absorbed(const ls_model *model, int index)
{
    return model->trains && model->slots[index].layer.done_by != index;
}

/* Whether the layer's output exists: in training, of a pass over several layers the last's. */
static bool has_output(const ls_model *model, int index)
{
    return !model->trains || index + 1 == model->layer_count ||
           model->slots[index + 1].layer.done_by == index + 1;
}

static void plan_activations(ls_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        ls_layer_slot *slot = &model->slots[i];
        const ls_layer_plan *plan = &slot->layer.plan;
        slot->in_place = !is_absorbed(model, i) && may_overwrite(model, i);
        if (slot->in_place) {
            slot->y_at = model->slots[i - 1].y_at;
        } else if (has_output(model, i)) {
            slot->y_at = ls_arena_plan(&model->memory, batch_bytes(model, plan->out));
        }
        if (!is_absorbed(model, i)) {
            slot->saved_at = ls_arena_plan(&model->memory, plan->saved_bytes);
        }
    }
}

/* Of outputs that layers behind take by name. */
static void plan_skips(ls_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        ls_layer_slot *slot = &model->slots[i];
        if (slot->is_taken) {
            slot->dskip_at =
                ls_arena_plan(&model->memory, batch_bytes(model, slot->layer.plan.out));
        }
    }
}

/* Of weights in a layer's own order. The first layer has no use for backward's: nobody wants its
 * dx. */
static size_t packed_bytes(const ls_model *model, int index, int backward)
{
    bool is_used = !backward || (model->trains && index > 0);
    return is_used ? model->slots[index].layer.plan.packed_bytes[backward] : 0;
}

static void plan_packed(ls_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        for (int k = 0; k < 2; k++) {
            model->slots[i].packed_at[k] = ls_arena_plan(&model->memory, packed_bytes(model, i, k));
        }
    }
}

/* The first layer's dx is not computed, so it needs no buffer. */
static void plan_dx(ls_model *model, offsets *at)
{
    size_t bytes[LS_DX_SLOTS] = {0};
    int next = 0;
    for (int i = model->layer_count - 1; i > 0; i--) {
        ls_layer_slot *slot = &model->slots[i];
        if (slot->layer.plan.in_place) {
            slot->dx_slot = LS_DX_IN_PLACE;
            continue;
        }
        if (is_absorbed(model, i)) {
            continue;
        }
        slot->dx_slot = next;
        size_t wanted = batch_bytes(model, slot->layer.in);
        bytes[next] = wanted > bytes[next] ? wanted : bytes[next];
        next = 1 - next;
    }
    for (int i = 0; i < LS_DX_SLOTS; i++) {
        at->dx[i] = ls_arena_plan(&model->memory, bytes[i]);
    }
}

static size_t most_scratch(const ls_model *model)
{
    size_t most = 0;
    for (int i = 0; i < model->layer_count; i++) {
        size_t bytes = model->slots[i].layer.plan.scratch_bytes;
        most = bytes > most ? bytes : most;
    }
    return most;
}

static void plan_all(ls_model *model, offsets *at)
{
    size_t parameters = sizeof(float) * (size_t)model->parameter_count;
    size_t given = sizeof(float) * (size_t)model->state_count;
    at->parameters = ls_arena_plan(&model->memory, parameters);
    at->state = ls_arena_plan(&model->memory, sizeof(float) * (size_t)ls_model_state_count(model));
    at->scratch = ls_arena_plan(&model->memory, most_scratch(model));
    plan_activations(model);
    plan_packed(model);
    if (model->trains) {
        at->gradients = ls_arena_plan(&model->memory, parameters + given);
        plan_skips(model);
        plan_dx(model, at);
        ls_model_plan_kept(model);
    }
}

static void bind_layer(ls_model *model, int index)
{
    ls_layer_slot *slot = &model->slots[index];
    slot->y = ls_arena_at(&model->memory, slot->y_at);
    for (int i = 0; i < 2; i++) {
        bool any = packed_bytes(model, index, i) > 0;
        slot->packed[i] = any ? ls_arena_at(&model->memory, slot->packed_at[i]) : NULL;
    }
    if (slot->layer.plan.saved_bytes > 0) {
        slot->saved = ls_arena_at(&model->memory, slot->saved_at);
    }
    if (model->trains && slot->is_taken) {
        slot->dskip = ls_arena_at(&model->memory, slot->dskip_at);
    }
    for (int i = 0; i < slot->layer.plan.param_count; i++) {
        slot->w[i] = model->parameters + slot->layer.params[i].offset;
        slot->dw[i] = model->trains ? model->gradients + slot->layer.params[i].offset : NULL;
    }
    float *given = model->trains ? model->gradients + model->parameter_count : NULL;
    for (int i = 0; i < slot->layer.plan.state_count; i++) {
        slot->state[i] = model->state + slot->layer.states[i].offset;
        slot->dstate[i] = given != NULL ? given + slot->layer.states[i].offset : NULL;
    }
}

ls_status ls_model_reserve(ls_model *model)
{
    offsets at = {0};
    plan_all(model, &at);
    if (model->plans) {
        return LS_OK;
    }
    LS_TRY(ls_arena_reserve(&model->memory, "the model (train.lane sets most of it)"));
    LS_TRY(ls_arena_reserve(&model->kept_memory, "lanes of dense layers"));
    model->kept = ls_arena_at(&model->kept_memory, 0);

    model->parameters = ls_arena_at(&model->memory, at.parameters);
    model->state = ls_model_state_count(model) > 0 ? ls_arena_at(&model->memory, at.state) : NULL;
    model->scratch = ls_arena_at(&model->memory, at.scratch);
    if (model->trains) {
        model->gradients = ls_arena_at(&model->memory, at.gradients);
        for (int i = 0; i < LS_DX_SLOTS; i++) {
            model->dx[i] = ls_arena_at(&model->memory, at.dx[i]);
        }
    }
    for (int i = 0; i < model->layer_count; i++) {
        bind_layer(model, i);
    }
    return LS_OK;
}

void ls_model_place_gradients(ls_model *model, float *block)
{
    model->gradients = block;
    for (int i = 0; i < model->layer_count; i++) {
        bind_layer(model, i);
    }
}
