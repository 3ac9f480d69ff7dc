/* The first weights of a run out of another run's checkpoint: transfer by layers' names. */
#include "engine_private.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/checkpoint.h"

#include <string.h>

/* A parameter or a state, in the network that takes it or in the one that has it. */
typedef struct place {
    const ls_model_param *param; /* NULL = there is none of this name */
    float *block;                /* the flat block in which it lies */
} place;

static const ls_model_layer *find_layer(const ls_model *model, const char *path)
{
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        if (strcmp(ls_model_layer_at(model, i)->path, path) == 0) {
            return ls_model_layer_at(model, i);
        }
    }
    return NULL;
}

static const ls_model_param *find_param(const ls_model_param *params, int count, const char *name)
{
    for (int k = 0; k < count; k++) {
        if (strcmp(params[k].plan->name, name) == 0) {
            return &params[k];
        }
    }
    return NULL;
}

static bool same_dims(const ls_param_plan *a, const ls_param_plan *b)
{
    return a->dim_count == b->dim_count &&
           memcmp(a->dims, b->dims, sizeof a->dims[0] * (size_t)a->dim_count) == 0;
}

/* "[3,3,3,8]" */
static void add_dims(ls_text *out, const ls_param_plan *plan)
{
    for (int i = 0; i < plan->dim_count; i++) {
        ls_text_add(out, "%s%d", i == 0 ? "[" : ",", plan->dims[i]);
    }
    ls_text_add(out, "]");
}

static ls_status refuse(const char *file, const char *path, const ls_param_plan *wanted,
                        const ls_param_plan *found)
{
    ls_text text = {0};
    ls_text_add(&text, "%s/%s is ", path, wanted->name);
    add_dims(&text, wanted);
    ls_text_add(&text, " in this network, and ");
    if (found != NULL) {
        add_dims(&text, found);
    } else {
        ls_text_add(&text, "not there");
    }
    ls_status status = ls_error_set(
        LS_BAD_INPUT, __FILE__, __LINE__,
        "model.weights = %s: %s in that checkpoint; take a checkpoint of the same layers, or "
        "change model.encoder, model.decoder or model.weights_part",
        file, text.data != NULL ? text.data : path);
    ls_text_free(&text);
    return status;
}

static ls_status take(const char *file, const char *path, place to, place from)
{
    const ls_param_plan *found = from.param != NULL ? from.param->plan : NULL;
    if (found == NULL || !same_dims(to.param->plan, found)) {
        return refuse(file, path, to.param->plan, found);
    }
    memcpy(to.block + to.param->offset, from.block + from.param->offset,
           sizeof(float) * (size_t)to.param->count);
    return LS_OK;
}

/* All that the layer keeps, from the other one; NULL = there is none. */
static ls_status take_layer(const char *file, ls_model *model, const ls_model_layer *layer,
                            ls_model *source, const ls_model_layer *from)
{
    static const ls_model_layer none; /* without parameters or states */
    from = from != NULL ? from : &none;
    for (int k = 0; k < layer->plan.param_count; k++) {
        const ls_model_param *param = &layer->params[k];
        place to = {param, ls_model_parameters(model)};
        place have = {find_param(from->params, from->plan.param_count, param->plan->name),
                      ls_model_parameters(source)};
        LS_TRY(take(file, layer->path, to, have));
    }
    for (int k = 0; k < layer->plan.state_count; k++) {
        const ls_model_param *state = &layer->states[k];
        place to = {state, ls_model_state(model)};
        place have = {find_param(from->states, from->plan.state_count, state->plan->name),
                      ls_model_state(source)};
        LS_TRY(take(file, layer->path, to, have));
    }
    return LS_OK;
}

/* Whether all that the layer keeps is there, in the same shapes. */
static bool all_the_same(const ls_model_param *wanted, int count, const ls_model_param *found,
                         int found_count)
{
    for (int k = 0; k < count; k++) {
        const ls_model_param *other = find_param(found, found_count, wanted[k].plan->name);
        if (other == NULL || !same_dims(wanted[k].plan, other->plan)) {
            return false;
        }
    }
    return true;
}

static bool is_shared(const ls_model_layer *layer, const ls_model_layer *from)
{
    return from != NULL && layer->plan.param_count > 0 && layer->type == from->type &&
           all_the_same(layer->params, layer->plan.param_count, from->params,
                        from->plan.param_count) &&
           all_the_same(layer->states, layer->plan.state_count, from->states,
                        from->plan.state_count);
}

/* Networks that grow at the code share the encoder's first layers and the decoder's last ones. */
static const ls_model_layer *counterpart(const ls_model *model, int index, const ls_model *source)
{
    if (index < ls_model_encoder_count(model)) {
        return find_layer(source, ls_model_layer_at(model, index)->path);
    }
    int other = ls_model_layer_count(source) - (ls_model_layer_count(model) - index);
    return other >= ls_model_encoder_count(source) ? ls_model_layer_at(source, other) : NULL;
}

static ls_status take_shared(const ls_engine *engine, ls_model *source)
{
    const char *file = engine->config->model_weights;
    ls_model *model = engine->model;
    ls_text taken = {0};
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        const ls_model_layer *from = counterpart(model, i, source);
        if (is_shared(layer, from)) {
            LS_TRY(take_layer(file, model, layer, source, from));
            ls_text_add(&taken, "%s%s", taken.length > 0 ? ", " : "", layer->path);
        }
    }
    bool any = taken.length > 0;
    if (any) {
        ls_info("weights: of %s of %s", taken.data, file);
    }
    ls_text_free(&taken);
    LS_REQUIRE(any, LS_BAD_INPUT,
               "model.weights = %s: no layer with weights is the same there and in this network; "
               "`lockstep inspect` shows the layers of both",
               file);
    return LS_OK;
}

/* By name, all of them or of the encoder. */
static ls_status take_named(const ls_engine *engine, ls_model *source)
{
    const ls_config *config = engine->config;
    bool all = strcmp(config->model_weights_part, "all") == 0;
    int count = all ? ls_model_layer_count(engine->model) : ls_model_encoder_count(engine->model);
    for (int i = 0; i < count; i++) {
        const ls_model_layer *layer = ls_model_layer_at(engine->model, i);
        LS_TRY(take_layer(config->model_weights, engine->model, layer, source,
                          find_layer(source, layer->path)));
    }
    ls_info("weights: of %s of %s", all ? "all layers" : "the encoder", config->model_weights);
    return LS_OK;
}

static ls_status take_layers(const ls_engine *engine, ls_model *source)
{
    bool shared = strcmp(engine->config->model_weights_part, "shared") == 0;
    LS_TRY(shared ? take_shared(engine, source) : take_named(engine, source));
    ls_model_start_averages(engine->model);
    return LS_OK;
}

/* Collective. Rank 0 reads, the others receive. */
static ls_status read_head(const ls_engine *engine, ls_checkpoint_head *head)
{
    const char *path = engine->config->model_weights;
    ls_status status = LS_OK;
    if (ls_comm_rank(engine->comm) == 0) {
        status = ls_checkpoint_check(path);
        status = status == LS_OK ? ls_checkpoint_read_head(path, head) : status;
    }
    if (status != LS_OK) {
        status = ls_error_set(status, __FILE__, __LINE__, "model.weights: %s", ls_error_message());
    }
    LS_TRY(ls_comm_agree(engine->comm, status));
    return ls_comm_broadcast(engine->comm, head, sizeof *head, 0);
}

/* Collective. The model that the checkpoint is of, as it was validated. */
static ls_status open_source(const ls_engine *engine, ls_checkpoint_head *head, ls_model **source)
{
    LS_TRY(read_head(engine, head));
    LS_TRY(ls_comm_agree(engine->comm, ls_model_create(source, &head->config, engine->backend,
                                                       head->input, LS_MODEL_EVALUATE)));
    LS_TRY(ls_checkpoint_read_model(engine->config->model_weights, *source, engine->comm));
    ls_model_exchange_averages(*source);
    return LS_OK;
}

ls_status ls_engine_load_weights(ls_engine *engine)
{
    void *head = NULL;
    ls_model *source = NULL;
    LS_TRY(ls_comm_agree(engine->comm, ls_alloc(&head, sizeof(ls_checkpoint_head), "a head")));
    ls_status status = open_source(engine, head, &source);
    if (status == LS_OK) {
        status = ls_comm_agree(engine->comm, take_layers(engine, source));
    }
    ls_model_destroy(source);
    ls_free(head);
    return status;
}
