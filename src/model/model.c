/* A model's life, and what can be asked of it. */
#include "lockstep/model/model.h"

#include "model_private.h"

#include <limits.h>
#include <string.h>

typedef struct lists {
    ls_layer_list encoder, decoder;
} lists;

static ls_status read_lists(const ls_config *config, ls_shape input, lists *out)
{
    ls_text encoder = {0};
    ls_text decoder = {0};
    ls_status status;
    LS_TRY_GOTO(status, ls_model_expand(config, input, &encoder, &decoder), done);
    LS_TRY_GOTO(status, ls_layer_list_parse("model.encoder", encoder.data, &out->encoder), done);
    LS_TRY_GOTO(status, ls_layer_list_parse("model.decoder", decoder.data, &out->decoder), done);
    LS_TRY_GOTO(status, ls_model_fill_latent(config, "model.encoder", &out->encoder), done);
    LS_TRY_GOTO(status, ls_model_fill_latent(config, "model.decoder", &out->decoder), done);
done:
    ls_text_free(&encoder);
    ls_text_free(&decoder);
    return status;
}

static ls_status build(ls_model *model, const ls_config *config, const lists *both)
{
    model->lane = (int)config->train_lane;
    const int64_t lanes = (config->train_batch + config->train_lane - 1) / config->train_lane;
    model->kept_lanes = lanes < LS_KEPT_LANES ? (int)lanes : LS_KEPT_LANES;
    model->task = ls_task_of(config);
    model->he = strcmp(config->model_init, "he") == 0;
    model->average = (float)config->optim_average;
    model->fuses = strcmp(config->backend_fuse, "on") == 0;
    model->encoder_count = both->encoder.count;
    model->layer_count = both->encoder.count + both->decoder.count;
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_layer_slot) * (size_t)model->layer_count, "the layers"));
    model->slots = memory;
    LS_TRY(ls_model_plan_layers(model, &both->encoder, &both->decoder));
    LS_TRY(ls_model_freeze(model, config->model_freeze));
    ls_model_fuse(model);
    return ls_model_reserve(model);
}

static ls_status create(ls_model *model, const ls_config *config)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(lists), "the layer lists"));
    ls_status status;
    LS_TRY_GOTO(status, read_lists(config, model->input, memory), done);
    LS_TRY_GOTO(status, build(model, config, memory), done);
done:
    ls_free(memory);
    return status;
}

ls_status ls_model_create(ls_model **out, const ls_config *config, const ls_backend *backend,
                          ls_shape input, ls_model_use use)
{
    *out = NULL;
    LS_REQUIRE(ls_shape_fits(input.h, input.w, input.c), LS_BAD_INPUT,
               "images of %dx%dx%d: every side must be positive, and an image may have %d values",
               input.h, input.w, input.c, INT_MAX);
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_model), "a model"));
    ls_model *model = memory;
    model->backend = backend;
    model->input = input;
    model->trains = use != LS_MODEL_EVALUATE;
    model->plans = use == LS_MODEL_PLAN;
    ls_status status = create(model, config);
    if (status != LS_OK) {
        ls_model_destroy(model);
        return ls_error_pass(status, __FILE__, __LINE__);
    }
    *out = model;
    return LS_OK;
}

void ls_model_destroy(ls_model *model)
{
    if (model == NULL) {
        return;
    }
    ls_arena_release(&model->memory);
    ls_arena_release(&model->kept_memory);
    ls_arena_release(&model->selves);
    ls_free(model->slots);
    ls_free(model);
}

ls_shape ls_model_input(const ls_model *model)
{
    return model->input;
}

ls_shape ls_model_output(const ls_model *model)
{
    return model->slots[model->layer_count - 1].layer.plan.out;
}

ls_shape ls_model_code(const ls_model *model)
{
    return model->slots[model->encoder_count - 1].layer.plan.out;
}

int ls_model_lane(const ls_model *model)
{
    return model->lane;
}

int64_t ls_model_parameter_count(const ls_model *model)
{
    return model->parameter_count;
}

float *ls_model_parameters(ls_model *model)
{
    for (int i = 0; i < model->layer_count; i++) {
        model->slots[i].is_packed[0] = false;
        model->slots[i].is_packed[1] = false;
    }
    return model->parameters;
}

float *ls_model_gradients(ls_model *model)
{
    return model->gradients;
}

int64_t ls_model_gradient_count(const ls_model *model)
{
    return model->parameter_count + model->state_count;
}

int64_t ls_model_state_count(const ls_model *model)
{
    return model->state_count + (model->average > 0 ? model->parameter_count : 0);
}

float *ls_model_state(ls_model *model)
{
    return model->state;
}

static void move_towards(float rate, int64_t count, const float *sums, float *state)
{
    for (int64_t i = 0; i < count; i++) {
        state[i] += rate * (sums[i] - state[i]);
    }
}

void ls_model_move_state(ls_model *model, const float *sums)
{
    for (int i = 0; i < model->layer_count; i++) {
        const ls_model_layer *layer = &model->slots[i].layer;
        for (int k = 0; k < layer->plan.state_count; k++) {
            int64_t offset = layer->states[k].offset;
            move_towards((float)layer->plan.state_rate, layer->states[k].count, sums + offset,
                         model->state + offset);
        }
    }
}

int ls_model_taken_across(const ls_model *model, int cut)
{
    for (int i = cut; i < model->layer_count; i++) {
        int from = model->slots[i].layer.skip_from;
        if (from >= 0 && from < cut) {
            return from;
        }
    }
    return -1;
}

int ls_model_layer_count(const ls_model *model)
{
    return model->layer_count;
}

int ls_model_encoder_count(const ls_model *model)
{
    return model->encoder_count;
}

const ls_model_layer *ls_model_layer_at(const ls_model *model, int index)
{
    return &model->slots[index].layer;
}

size_t ls_model_bytes(const ls_model *model)
{
    return model->memory.planned + model->kept_memory.planned;
}
