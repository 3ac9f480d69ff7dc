/* The pass that fuses: layers that can do the work of those behind them in one go take it over. */
#include "model_private.h"

/* The end of the list that layer `index` stands in: no pass goes from the encoder to the decoder,
 * because the code in between is asked for. */
static int list_end(const ls_model *model, int index)
{
    return index < model->encoder_count ? model->encoder_count : model->layer_count;
}

/* Most layers that are offered at once. */
#define OFFERED 4

static int absorb(const ls_model *model, int index)
{
    ls_layer_slot *slot = &model->slots[index];
    const ls_layer_plan *next[OFFERED];
    int count = 0;
    while (count < OFFERED && index + 1 + count < list_end(model, index)) {
        next[count] = &model->slots[index + 1 + count].layer.plan;
        count++;
    }
    return slot->layer.type->absorb(slot->self, model->backend, model->lane, next, count,
                                    &slot->layer.plan);
}

void ls_model_fuse(ls_model *model)
{
    int done_by = 0;
    for (int i = 0; i < model->layer_count; i++) {
        ls_layer_slot *slot = &model->slots[i];
        bool is_free = i == 0 || i > done_by + model->slots[done_by].absorbed;
        done_by = is_free ? i : done_by;
        slot->layer.done_by = done_by;
        if (is_free && model->fuses && slot->layer.type->absorb != NULL) {
            slot->absorbed = absorb(model, i);
        }
    }
}
