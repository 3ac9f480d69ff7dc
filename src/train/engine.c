/* The engine: what a training step needs, made once. */
#include "engine_private.h"

#include "lockstep/base/memory.h"

#include <string.h>

static ls_status allocate(void *pointer, int64_t count, size_t element_bytes, const char *what)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)count * element_bytes, what));
    memcpy(pointer, &memory, sizeof memory);
    return LS_OK;
}

/* What the network is shown and what it has to give; in the simplest case, one and the same. */
static ls_status reserve_lane(ls_engine *engine)
{
    ls_model *model = engine->model;
    int lane = ls_model_lane(model);
    int64_t in = ls_shape_count(ls_model_input(model));
    int64_t out = ls_shape_count(ls_model_output(model));
    LS_TRY(allocate(&engine->clean, lane * in, sizeof(float), "a lane of images"));
    LS_TRY(allocate(&engine->spare, in, sizeof(float), "an image"));
    engine->x = engine->clean;
    if (ls_corrupt_any(&engine->corrupt)) {
        LS_TRY(allocate(&engine->x, lane * in, sizeof(float), "a lane of corrupted images"));
    }
    engine->places = ls_task_truth_bytes(engine->task, ls_model_input(model));
    engine->target = engine->clean;
    if (engine->places > 0) {
        LS_TRY(allocate(&engine->truth, lane * engine->places, 1, "a lane's classes"));
        LS_TRY(allocate(&engine->target, lane * out, sizeof(float), "a lane's targets"));
    }
    return LS_OK;
}

static ls_status reserve(ls_engine *engine)
{
    ls_model *model = engine->model;
    int lane = ls_model_lane(model);
    int64_t out = ls_shape_count(ls_model_output(model));
    LS_TRY(reserve_lane(engine));
    LS_TRY(allocate(&engine->dy, lane * out, sizeof(float), "a lane's output gradient"));
    LS_TRY(allocate(&engine->values, lane, sizeof(double), "a lane's losses"));
    LS_TRY(allocate(&engine->measure, lane, sizeof(double), "a lane's measures"));
    LS_TRY(allocate(&engine->penalties, lane, sizeof(double), "a lane's penalties"));
    LS_TRY(allocate(&engine->ids, lane, sizeof(int64_t), "a lane's sample numbers"));
    for (int i = 0; i < engine->optim->moment_count; i++) {
        LS_TRY(allocate(&engine->moments[i], ls_model_parameter_count(model), sizeof(float),
                        "an optimizer moment"));
    }
    return allocate(&engine->room, ls_engine_optimizer_room(model, engine->optim), sizeof(float),
                    "the optimizer's room");
}

/* What the optimizer does in every step, and to which parameters. */
static ls_status plan_optimizer(ls_engine *engine)
{
    const ls_config *config = engine->config;
    const ls_model *model = engine->model;
    engine->optim = ls_optim_type_find(config->optim_name);
    LS_REQUIRE(engine->optim != NULL, LS_INTERNAL, "optim.name = %s is not in the list",
               config->optim_name);
    engine->settings =
        (ls_optim_settings){.beta1 = config->optim_beta1,
                            .beta2 = config->optim_beta2,
                            .eps = config->optim_eps,
                            .momentum = config->optim_momentum,
                            .weight_decay = config->optim_weight_decay,
                            .decoupled = strcmp(config->optim_decay_kind, "decoupled") == 0};
    engine->first_trained = ls_model_layer_at(model, ls_model_first_trained(model))->low;
    return LS_OK;
}

static ls_status build(ls_engine *engine, const ls_dataset *data)
{
    ls_shape shape = ls_dataset_shape(data);
    engine->task = ls_task_of(engine->config);
    LS_TRY(ls_augment_plan(&engine->augment, engine->config, shape));
    LS_TRY(ls_corrupt_plan(&engine->corrupt, engine->config, shape));
    LS_TRY(ls_engine_find_backend(&engine->backend, engine->config, engine->comm));
    LS_TRY(ls_model_create(&engine->model, engine->config, engine->backend, shape, LS_MODEL_TRAIN));
    LS_TRY(ls_task_check_output(engine->task, shape, ls_dataset_classes(data),
                                ls_model_output(engine->model)));
    LS_TRY(ls_task_check_loss(engine->task, engine->config->loss_terms));
    ls_model_init(engine->model, (uint64_t)engine->config->train_seed);
    LS_TRY(plan_optimizer(engine));
    LS_TRY(ls_loss_create(&engine->loss, engine->config->loss_terms, engine->backend,
                          ls_model_output(engine->model), ls_model_lane(engine->model)));
    return reserve(engine);
}

ls_status ls_engine_create(ls_engine **out, const ls_config *config, const ls_dataset *data,
                           ls_comm *comm)
{
    LS_TRY(allocate(out, 1, sizeof(ls_engine), "the engine"));
    ls_engine *engine = *out;
    engine->config = config;
    engine->comm = comm;
    ls_status status = ls_comm_agree(comm, build(engine, data));
    if (status == LS_OK) {
        status = ls_reducer_create(&engine->reducer, comm, engine->backend, engine->model,
                                   &engine->phases, config);
    }
    if (status != LS_OK) {
        ls_engine_destroy(engine);
        *out = NULL;
    }
    return status;
}

void ls_engine_destroy(ls_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    ls_reducer_destroy(&engine->reducer);
    ls_model_destroy(engine->model);
    ls_loss_destroy(engine->loss);
    for (int i = 0; i < LS_OPTIM_MOMENTS; i++) {
        ls_free(engine->moments[i]);
    }
    ls_free(engine->room);
    if (engine->x != engine->clean) {
        ls_free(engine->x);
    }
    if (engine->target != engine->clean) {
        ls_free(engine->target);
    }
    ls_free(engine->clean);
    ls_free(engine->truth);
    ls_free(engine->spare);
    ls_free(engine->dy);
    ls_free(engine->values);
    ls_free(engine->measure);
    ls_free(engine->penalties);
    ls_free(engine->ids);
    ls_free(engine);
}

ls_model *ls_engine_model(ls_engine *engine)
{
    return engine->model;
}

const ls_backend *ls_engine_backend(const ls_engine *engine)
{
    return engine->backend;
}

const ls_optim_type *ls_engine_optim(const ls_engine *engine)
{
    return engine->optim;
}

float *ls_engine_moment(ls_engine *engine, int index)
{
    return engine->moments[index];
}

double ls_engine_learning_rate(const ls_engine *engine, const ls_dataset *data, int64_t step)
{
    const ls_schedule schedule = {.epoch_steps = ls_lanes_batches(ls_dataset_train_lanes(data)),
                                  .plateaus = engine->plateaus};
    return ls_learning_rate(engine->config, &schedule, step);
}

void ls_engine_follow(ls_engine *engine, const ls_history *history)
{
    engine->plateaus = ls_count_plateaus(engine->config, history);
}

void ls_engine_take_times(ls_engine *engine, ls_engine_times *times)
{
    *times = ls_phases_take(&engine->phases);
}

void ls_engine_trace(ls_engine *engine, ls_trace *trace)
{
    engine->phases.trace = trace;
}
