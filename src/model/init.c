/* Initial parameters: weights by Glorot uniform (Glorot and Bengio, AISTATS 2010, eq. 16) or He
 * uniform (He et al., ICCV 2015, eq. 10), others as their layer says. A number depends on the seed
 * and on its own place alone. */
#include "lockstep/base/random.h"
#include "model_private.h"

#include <math.h>

/* Weights are uniform in [-bound, bound). */
static double weight_bound(const ls_model *model, const ls_param_plan *plan)
{
    return sqrt(6.0 / (model->he ? plan->fan_in : plan->fan_in + plan->fan_out));
}

/* Of what begins with one value everywhere. */
static void fill_constant(const ls_param_plan *plan, int64_t count, float *w)
{
    float value = plan->init == LS_INIT_ONE     ? 1.0F
                  : plan->init == LS_INIT_VALUE ? (float)plan->value
                                                : 0.0F;
    for (int64_t i = 0; i < count; i++) {
        w[i] = value;
    }
}

static void init_states(ls_model *model, const ls_model_layer *layer)
{
    for (int k = 0; k < layer->plan.state_count; k++) {
        const ls_model_param *state = &layer->states[k];
        fill_constant(state->plan, state->count, model->state + state->offset);
    }
}

static void fill_uniform(const ls_random_key *key, double bound, int64_t count, float *w)
{
    for (int64_t i = 0; i < count; i++) {
        double u = ls_random_uniform(key, (uint32_t)i);
        w[i] = (float)((2.0 * u - 1.0) * bound);
    }
}

/* A place for every parameter of every layer in the 16 bits that a key has for it. */
static uint32_t key_layer(int layer, int param)
{
    _Static_assert(2 * LS_LIST_ITEMS <= 1 << 12 && LS_LAYER_PARAMS <= 16, "no two keys are equal");
    return (uint32_t)(param / 4) << 14 | (uint32_t)layer << 2 | (uint32_t)(param % 4);
}

void ls_model_init(ls_model *model, uint64_t seed)
{
    float *parameters = ls_model_parameters(model);
    for (int i = 0; i < model->layer_count; i++) {
        const ls_model_layer *layer = &model->slots[i].layer;
        for (int k = 0; k < layer->plan.param_count; k++) {
            const ls_model_param *param = &layer->params[k];
            float *w = parameters + param->offset;
            if (param->plan->init != LS_INIT_WEIGHT) {
                fill_constant(param->plan, param->count, w);
                continue;
            }
            const ls_random_key key = {
                .seed = seed, .purpose = LS_PURPOSE_INIT, .layer = key_layer(i, k)};
            fill_uniform(&key, weight_bound(model, param->plan), param->count, w);
        }
        init_states(model, layer);
    }
    ls_model_start_averages(model);
}
