/* From items to planned layers: types, arguments, shapes, and each parameter's place in the flat
 * block. Knows sizes only; memory.c lays out the rest. */
#include "model_private.h"
#include "resolve.h"

#include <stdio.h>

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

/* Parameters follow one another without gaps, so that digests see nothing but them. */
static void place_params(ls_model *model, ls_model_layer *layer)
{
    layer->low = model->parameter_count;
    for (int i = 0; i < layer->plan.param_count; i++) {
        ls_model_param *param = &layer->params[i];
        param->plan = &layer->plan.params[i];
        param->offset = model->parameter_count;
        param->count = 1;
        for (int k = 0; k < param->plan->dim_count; k++) {
            param->count *= param->plan->dims[k];
        }
        model->parameter_count += param->count;
    }
    layer->high = model->parameter_count;
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
        ls_status status = plan_type(model, slot, values[s->first + i]);
        if (status != LS_OK) {
            return name_layer(status, s->option, i, &s->list->items[i]);
        }
        place_params(model, &slot->layer);
        *shape = slot->layer.plan.out;
    }
    return LS_OK;
}

static ls_status check_output(const ls_model *model, ls_shape output)
{
    char gives[LS_SHAPE_CHARS];
    char wants[LS_SHAPE_CHARS];
    LS_REQUIRE(ls_shape_equal(output, model->input), LS_BAD_INPUT,
               "model.decoder gives %s, the images are %s; change its last layers so that the "
               "images come back at their size",
               ls_shape_text(output, gives), ls_shape_text(model->input, wants));
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
