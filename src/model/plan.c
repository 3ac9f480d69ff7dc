/* From items to planned layers: types, arguments, shapes, and each parameter's place in the flat
 * block. Knows sizes only; memory.c lays out the rest. */
#include "model_private.h"
#include "resolve.h"

#include <stdio.h>
#include <string.h>

/* Puts "model.encoder: layer 4 maxpool(2): " before the message that stands. `index` counts within
 * the list, from 0, as in the layer's path. */
static ls_status name_layer(ls_status status, const char *what, int index, const ls_list_item *item)
{
    return ls_error_set(status, __FILE__, __LINE__, "%s: layer %d %s: %s", what, index, item->text,
                        ls_error_message());
}

/* The type's own plan; its private struct lives at slot->self. */
static ls_status plan_type(ls_model *model, ls_layer_slot *slot, const double *values)
{
    ls_model_layer *layer = &slot->layer;
    return layer->type->plan(slot->self, values, model->backend, layer->in, model->lane,
                             &layer->plan);
}

/* Puts a parameter or a state behind those that *end counts. */
static void place(const ls_param_plan *plan, ls_model_param *param, int64_t *end)
{
    *param = (ls_model_param){.plan = plan, .offset = *end, .count = 1};
    for (int k = 0; k < plan->dim_count; k++) {
        param->count *= plan->dims[k];
    }
    *end += param->count;
}

/* They follow one another without gaps, so that digests see nothing but them. */
static void place_params(ls_model *model, ls_model_layer *layer)
{
    layer->low = model->parameter_count;
    for (int i = 0; i < layer->plan.param_count; i++) {
        place(&layer->plan.params[i], &layer->params[i], &model->parameter_count);
    }
    layer->high = model->parameter_count;
    for (int i = 0; i < layer->plan.state_count; i++) {
        place(&layer->plan.states[i], &layer->states[i], &model->state_count);
    }
}

/* The last layer before `end` with this name; -1 = none. */
static int find_name(const ls_model *model, int end, const char *name)
{
    int i = end - 1;
    while (i >= 0 && (model->slots[i].name == NULL || strcmp(model->slots[i].name, name) != 0)) {
        i--;
    }
    return i;
}

/* The name that the layer gives, and the one that it takes. */
static ls_status link_names(ls_model *model, int index, const ls_list_item *item)
{
    ls_layer_slot *slot = &model->slots[index];
    const ls_layer_type *type = slot->layer.type;
    const char *gives = ls_layer_name_of(item, type, LS_ARG_NAMES);
    const char *takes = ls_layer_name_of(item, type, LS_ARG_TAKES);
    slot->name = gives;
    slot->layer.skip_from = -1;
    LS_REQUIRE(gives == NULL || gives[0] == '_' || find_name(model, index, gives) < 0, LS_BAD_INPUT,
               "the name %s is given twice", gives);
    if (takes != NULL) {
        slot->layer.skip_from = find_name(model, index, takes);
        LS_REQUIRE(slot->layer.skip_from >= 0, LS_BAD_INPUT,
                   "no layer before it has the name %s: put save(%s) where its input comes from",
                   takes, takes);
    }
    return LS_OK;
}

/* What plan is told of the layer that this one takes by name. */
static void show_skip(const ls_model *model, ls_layer_slot *slot)
{
    if (slot->layer.skip_from >= 0) {
        const ls_model_layer *from = &model->slots[slot->layer.skip_from].layer;
        slot->layer.plan.skip = from->plan.out;
        slot->layer.plan.skip_in = from->in;
        slot->layer.plan.skip_type = from->type->name;
    }
}

typedef struct stack {
    const char *option; /* "model.encoder" */
    const char *folder; /* "encoder" */
    const ls_layer_list *list;
    int first; /* the slot of its item 0 */
} stack;

static ls_status resolve_stack(ls_model *model, const stack *s, double (*values)[LS_LAYER_ARGS])
{
    for (int i = 0; i < s->list->count; i++) {
        const ls_list_item *item = &s->list->items[i];
        ls_layer_slot *slot = &model->slots[s->first + i];
        ls_status status = ls_layer_resolve(item, &slot->layer.type, values[s->first + i]);
        if (status == LS_OK) {
            status = link_names(model, s->first + i, item);
        }
        if (status != LS_OK) {
            return name_layer(status, s->option, i, item);
        }
        snprintf(slot->path, sizeof slot->path, "%s/%d-%s", s->folder, i, slot->layer.type->name);
        snprintf(slot->text, sizeof slot->text, "%s", item->text);
        slot->layer.path = slot->path;
        slot->layer.text = slot->text;
        slot->self_at = ls_arena_plan(&model->selves, slot->layer.type->bytes);
    }
    return LS_OK;
}

static ls_status plan_stack(ls_model *model, const stack *s, double (*values)[LS_LAYER_ARGS],
                            ls_shape *shape)
{
    for (int i = 0; i < s->list->count; i++) {
        ls_layer_slot *slot = &model->slots[s->first + i];
        slot->self = ls_arena_at(&model->selves, slot->self_at);
        slot->layer.in = *shape;
        show_skip(model, slot);
        ls_status status = plan_type(model, slot, values[s->first + i]);
        if (status != LS_OK) {
            return name_layer(status, s->option, i, &s->list->items[i]);
        }
        if (slot->layer.skip_from >= 0 && slot->layer.plan.takes_output) {
            model->slots[slot->layer.skip_from].is_taken = true;
        }
        place_params(model, &slot->layer);
        *shape = slot->layer.plan.out;
    }
    return LS_OK;
}

static ls_status check_output(const ls_model *model, ls_shape output)
{
    LS_TRY(ls_task_check_output(model->task, model->input, 0, output));
    LS_REQUIRE(model->parameter_count > 0, LS_BAD_INPUT,
               "model.encoder and model.decoder have no layer with parameters: nothing can be "
               "trained");
    return LS_OK;
}

static ls_status plan_both(ls_model *model, const stack stacks[2], double (*values)[LS_LAYER_ARGS])
{
    for (int i = 0; i < 2; i++) {
        LS_TRY(resolve_stack(model, &stacks[i], values));
    }
    LS_TRY(ls_arena_reserve(&model->selves, "the layers"));
    ls_shape shape = model->input;
    for (int i = 0; i < 2; i++) {
        LS_TRY(plan_stack(model, &stacks[i], values, &shape));
    }
    return check_output(model, shape);
}

ls_status ls_model_plan_layers(ls_model *model, const ls_layer_list *encoder,
                               const ls_layer_list *decoder)
{
    void *memory; /* [layer_count][LS_LAYER_ARGS], each layer's arguments */
    LS_TRY(ls_alloc(&memory, sizeof(double) * LS_LAYER_ARGS * (size_t)model->layer_count,
                    "the layers' arguments"));
    const stack stacks[2] = {{"model.encoder", "encoder", encoder, 0},
                             {"model.decoder", "decoder", decoder, model->encoder_count}};
    ls_status status = plan_both(model, stacks, memory);
    ls_free(memory);
    return status;
}
