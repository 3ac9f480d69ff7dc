/* The optimizer's part of a step: clipping, weight decay, the type's rule, averages. Every rank
 * does the same arithmetic in the same order. */
#include "engine_private.h"

/* The optimizer works through the blocks in pieces whose gradients stay in the nearest cache. */
#define PIECE 4096

static int64_t piece_end(int64_t low, int64_t end)
{
    return end - low < PIECE ? end : low + PIECE;
}

/* What the gradients of all that is trained are scaled by. */
static double clip(const ls_engine *engine)
{
    double limit = engine->config->optim_clip_norm;
    if (!(limit > 0)) {
        return 1.0;
    }
    double sums[LS_OPTIM_SUMS] = {0};
    int64_t end = ls_model_parameter_count(engine->model);
    for (int64_t low = engine->first_trained, high; low < end; low = high) {
        high = piece_end(low, end);
        ls_optim_add_squares(high - low, ls_reducer_sums(&engine->reducer) + low, sums);
    }
    return ls_optim_clip(ls_optim_norm(sums), limit);
}

/* What the type keeps of the parameters from `low` on. */
static void moments_at(const ls_engine *engine, int64_t low, float *moments[LS_OPTIM_MOMENTS])
{
    for (int i = 0; i < engine->optim->moment_count; i++) {
        moments[i] = engine->moments[i] + low;
    }
}

/* [low, high) has taken its step: averages follow, and the gradients are used up. */
static void finish(ls_engine *engine, const ls_optim_settings *settings, int64_t low, int64_t high)
{
    ls_model_follow_averages(engine->model, settings->step, low, high);
    ls_reducer_clear(&engine->reducer, low, high);
}

/* The parameters [low, end), which decay or not. */
static void update(ls_engine *engine, const ls_optim_settings *settings, bool decays, int64_t low,
                   int64_t end)
{
    float *w = ls_model_parameters(engine->model);
    for (int64_t high; low < end; low = high) {
        high = piece_end(low, end);
        float *moments[LS_OPTIM_MOMENTS] = {NULL};
        moments_at(engine, low, moments);
        ls_optim_update(engine->optim, engine->backend, settings, decays, high - low, w + low,
                        ls_reducer_sums(&engine->reducer) + low, engine->room, moments);
        finish(engine, settings, low, high);
    }
}

static int columns_of(const ls_param_plan *plan)
{
    return plan->dims[plan->dim_count - 1];
}

/* Only weights decay, and only they are matrices to the type. */
static bool is_weight(const ls_model_param *param)
{
    return param->plan->init == LS_INIT_WEIGHT;
}

static void update_matrix(ls_engine *engine, const ls_optim_settings *settings,
                          const ls_model_param *param)
{
    int columns = columns_of(param->plan);
    int64_t low = param->offset;
    float *moments[LS_OPTIM_MOMENTS] = {NULL};
    moments_at(engine, low, moments);
    ls_optim_update_matrix(engine->optim, engine->backend, settings, (int)(param->count / columns),
                           columns, ls_model_parameters(engine->model) + low,
                           ls_reducer_sums(&engine->reducer) + low, engine->room, moments);
    finish(engine, settings, low, low + param->count);
}

/* One parameter after another. */
static void update_layer(ls_engine *engine, const ls_optim_settings *settings,
                         const ls_model_layer *layer)
{
    for (int k = 0; k < layer->plan.param_count; k++) {
        const ls_model_param *param = &layer->params[k];
        if (is_weight(param) && engine->optim->step_matrix != NULL) {
            update_matrix(engine, settings, param);
        } else {
            update(engine, settings, is_weight(param), param->offset, param->offset + param->count);
        }
    }
}

int64_t ls_engine_optimizer_room(const ls_model *model, const ls_optim_type *optim)
{
    int64_t most = PIECE;
    for (int i = 0; optim->matrix_room != NULL && i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        for (int k = 0; k < layer->plan.param_count; k++) {
            const ls_model_param *param = &layer->params[k];
            int columns = columns_of(param->plan);
            int64_t room =
                is_weight(param) ? optim->matrix_room((int)(param->count / columns), columns) : 0;
            most = room > most ? room : most;
        }
    }
    return most;
}

void ls_engine_optimize(ls_engine *engine, double lr, int64_t step)
{
    ls_optim_settings settings = engine->settings;
    settings.lr = lr;
    settings.step = step;
    settings.gradient_scale = clip(engine);
    ls_reducer_clear(&engine->reducer, 0, engine->first_trained);
    if (!(settings.weight_decay > 0) && engine->optim->step_matrix == NULL) {
        update(engine, &settings, false, engine->first_trained,
               ls_model_parameter_count(engine->model));
        return;
    }
    for (int i = 0; i < ls_model_layer_count(engine->model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(engine->model, i);
        if (layer->low >= engine->first_trained) {
            update_layer(engine, &settings, layer);
        }
    }
}
