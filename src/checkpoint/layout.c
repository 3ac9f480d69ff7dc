/* Which dataset stands for which slice of the flat blocks.
 *
 * A parameter's dataset has the parameter's own dims, and its rows in row-major order are its slice
 * of the flat block as it is: reading and writing copy bytes and convert nothing.
 */
#include "layout.h"

#include <stdio.h>

typedef struct walk {
    const char *root; /* "/model" or "/optimizer/m" */
    float *values;    /* the flat block */
    ls_block_visit visit;
    void *context;
} walk;

static ls_status visit_param(const walk *w, const ls_model_layer *layer,
                             const ls_model_param *param)
{
    ls_checkpoint_block block = {.values = w->values + param->offset, .count = param->count};
    int length = snprintf(block.name, sizeof block.name, "%s/%s/%s", w->root, layer->path,
                          param->plan->name);
    LS_REQUIRE(length > 0 && (size_t)length < sizeof block.name, LS_INTERNAL,
               "%s/%s: the name is too long for a checkpoint", w->root, layer->path);
    block.info.type = LS_H5_F32;
    block.info.dim_count = param->plan->dim_count;
    for (int i = 0; i < param->plan->dim_count; i++) {
        block.info.dims[i] = param->plan->dims[i];
    }
    return w->visit(w->context, &block);
}

static ls_status visit_params(const walk *w, const ls_model *model)
{
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        for (int k = 0; k < layer->plan.param_count; k++) {
            LS_TRY(visit_param(w, layer, &layer->params[k]));
        }
    }
    return LS_OK;
}

static ls_status visit_moments(const walk *parameters, const ls_training_state *state)
{
    for (int i = 0; i < state->optim->moment_count; i++) {
        char root[64];
        snprintf(root, sizeof root, "/optimizer/%s", state->optim->moment_names[i]);
        walk w = *parameters;
        w.root = root;
        w.values = state->moments[i];
        LS_TRY(visit_params(&w, state->model));
    }
    return LS_OK;
}

ls_status ls_checkpoint_each_block(const ls_training_state *state, ls_block_visit visit,
                                   void *context)
{
    const walk w = {.root = "/model",
                    .values = ls_model_parameters(state->model),
                    .visit = visit,
                    .context = context};
    LS_TRY(visit_params(&w, state->model));
    if (state->optim != NULL) {
        LS_TRY(visit_moments(&w, state));
    }
    int64_t count = ls_model_state_count(state->model);
    if (count == 0) {
        return LS_OK;
    }
    ls_checkpoint_block block = {.name = "/state",
                                 .info = {.type = LS_H5_F32, .dim_count = 1, .dims = {count}},
                                 .values = ls_model_state(state->model),
                                 .count = count};
    return visit(context, &block);
}

static bool same_info(const ls_h5_info *a, const ls_h5_info *b)
{
    bool same = a->type == b->type && a->dim_count == b->dim_count;
    for (int i = 0; same && i < a->dim_count; i++) {
        same = a->dims[i] == b->dims[i];
    }
    return same;
}

ls_status ls_checkpoint_match(ls_h5 *file, const char *path, const ls_checkpoint_block *block)
{
    LS_REQUIRE(ls_h5_has(file, block->name), LS_BAD_INPUT,
               "%s: %s is missing: the checkpoint is of another network", path, block->name);
    ls_h5_info info;
    LS_TRY(ls_h5_inspect(file, block->name, &info));
    LS_REQUIRE(same_info(&info, &block->info), LS_BAD_INPUT,
               "%s: %s has another shape than the network's: the checkpoint is of another network",
               path, block->name);
    return LS_OK;
}
