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

/* The parameters [low, end), which decay or not. */
static void update(ls_engine *engine, const ls_optim_settings *settings, bool decays, int64_t low,
                   int64_t end, float *room)
{
    float *w = ls_model_parameters(engine->model);
    for (int64_t high; low < end; low = high) {
        high = piece_end(low, end);
        float *moments[LS_OPTIM_MOMENTS] = {NULL};
        for (int i = 0; i < engine->optim->moment_count; i++) {
            moments[i] = engine->moments[i] + low;
        }
        const float *g = ls_reducer_sums(&engine->reducer) + low;
        ls_optim_update(engine->optim, engine->backend, settings, decays, high - low, w + low, g,
                        room, moments);
        ls_model_follow_averages(engine->model, settings->step, low, high);
        ls_reducer_clear(&engine->reducer, low, high);
    }
}

/* One parameter after another, as weights decay and others don't. */
static void update_layer(ls_engine *engine, const ls_optim_settings *settings,
                         const ls_model_layer *layer, float *room)
{
    for (int k = 0; k < layer->plan.param_count; k++) {
        const ls_model_param *param = &layer->params[k];
        update(engine, settings, param->plan->init == LS_INIT_WEIGHT, param->offset,
               param->offset + param->count, room);
    }
}

void ls_engine_optimize(ls_engine *engine, double lr, int64_t step)
{
    _Alignas(64) float room[PIECE];
    ls_optim_settings settings = engine->settings;
    settings.lr = lr;
    settings.step = step;
    settings.gradient_scale = clip(engine);
    ls_reducer_clear(&engine->reducer, 0, engine->first_trained);
    if (!(settings.weight_decay > 0)) {
        update(engine, &settings, false, engine->first_trained,
               ls_model_parameter_count(engine->model), room);
        return;
    }
    for (int i = 0; i < ls_model_layer_count(engine->model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(engine->model, i);
        if (layer->low >= engine->first_trained) {
            update_layer(engine, &settings, layer, room);
        }
    }
}
