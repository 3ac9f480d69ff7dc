/* The optimizer's part of a step: clipping, weight decay, the type's rule, averages. Every rank
 * does the same arithmetic in the same order. */
#include "matrices.h"

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

/* The parameters [low, end): which decay or not, or of a weight that the type takes as a matrix,
 * whose moments alone follow for now. */
typedef enum way { DECAYS, DOES_NOT_DECAY, MATRIX } way;
static void update(ls_engine *engine, const ls_optim_settings *settings, way how, int64_t low,
                   int64_t end)
{
    float *parameters = ls_model_parameters(engine->model);
    for (int64_t high; low < end; low = high) {
        high = piece_end(low, end);
        float *w = parameters + low;
        const float *g = ls_reducer_sums(&engine->reducer) + low;
        float *moments[LS_OPTIM_MOMENTS] = {NULL};
        ls_engine_moments_at(engine, low, moments);
        if (how == MATRIX) {
            ls_optim_follow(engine->optim, settings, high - low, w, g, engine->room, moments);
        } else {
            ls_optim_update(engine->optim, engine->backend, settings, how == DECAYS, high - low, w,
                            g, engine->room, moments);
            ls_engine_finish_update(engine, settings->step, low, high);
        }
    }
}

static way way_of(const ls_engine *engine, const ls_model_param *param)
{
    if (ls_is_matrix(engine->optim, param)) {
        return MATRIX;
    }
    return param->plan->init == LS_INIT_WEIGHT ? DECAYS : DOES_NOT_DECAY;
}

/* One parameter after another. */
static void update_layer(ls_engine *engine, const ls_optim_settings *settings,
                         const ls_model_layer *layer)
{
    for (int k = 0; k < layer->plan.param_count; k++) {
        const ls_model_param *param = &layer->params[k];
        update(engine, settings, way_of(engine, param), param->offset,
               param->offset + param->count);
    }
}

int64_t ls_engine_optimizer_room(const ls_model *model, const ls_optim_type *optim)
{
    int64_t matrices = ls_matrices_room(model, optim);
    return matrices > PIECE ? matrices : PIECE;
}

void ls_engine_optimize(ls_engine *engine, double lr, int64_t step)
{
    ls_optim_settings settings = engine->settings;
    settings.lr = lr;
    settings.step = step;
    settings.gradient_scale = clip(engine);
    ls_reducer_clear(&engine->reducer, 0, engine->first_trained);
    if (!(settings.weight_decay > 0) && engine->optim->matrix == NULL) {
        update(engine, &settings, DOES_NOT_DECAY, engine->first_trained,
               ls_model_parameter_count(engine->model));
        return;
    }
    for (int i = 0; i < ls_model_layer_count(engine->model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(engine->model, i);
        if (layer->low >= engine->first_trained) {
            update_layer(engine, &settings, layer);
        }
    }
    ls_engine_move_matrices(engine, &settings);
}
