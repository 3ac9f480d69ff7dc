/* A model out of a checkpoint: the stored configuration makes the network, the file its parameters.
 */
#include "lockstep/study/study.h"

#include "lockstep/train/engine.h"

#include <string.h>

/* What may differ from the run that made the checkpoint without being another network. */
static ls_status check_arguments(int count, const char *const *arguments)
{
    for (int i = 0; i < count; i++) {
        const char *argument = arguments[i];
        bool allowed =
            strncmp(argument, "data.", 5) == 0 || strncmp(argument, "corrupt.", 8) == 0 ||
            strncmp(argument, "backend.", 8) == 0 || strncmp(argument, "train.lane=", 11) == 0;
        LS_REQUIRE(allowed, LS_BAD_INPUT,
                   "argument \"%s\": of a trained model only data.*, corrupt.*, backend.* and "
                   "train.lane can be set",
                   argument);
    }
    return LS_OK;
}

/* Rank 0 reads, so that a shared file system is asked once. */
static ls_status read_head(ls_trained *trained, const char *path, ls_comm *comm)
{
    ls_status status = LS_OK;
    if (ls_comm_rank(comm) == 0) {
        status = ls_checkpoint_check(path);
        if (status == LS_OK) {
            status = ls_checkpoint_read_head(path, &trained->head);
        }
    }
    LS_TRY(ls_comm_agree(comm, status));
    return ls_comm_broadcast(comm, &trained->head, sizeof trained->head, 0);
}

static ls_status configure(ls_trained *trained, int count, const char *const *arguments)
{
    trained->config = trained->head.config;
    LS_TRY(check_arguments(count, arguments));
    return ls_config_apply_arguments(&trained->config, count, arguments);
}

static ls_status build(ls_trained *trained, ls_comm *comm)
{
    LS_TRY(ls_engine_find_backend(&trained->backend, &trained->config, comm));
    return ls_model_create(&trained->model, &trained->config, trained->backend, trained->head.input,
                           LS_MODEL_EVALUATE);
}

ls_status ls_trained_open(ls_trained *out, const char *path, int count,
                          const char *const *arguments, ls_comm *comm)
{
    memset(out, 0, sizeof *out);
    LS_TRY(read_head(out, path, comm));
    LS_TRY(ls_comm_agree(comm, configure(out, count, arguments)));
    LS_TRY(ls_comm_agree(comm, build(out, comm)));
    LS_TRY(ls_checkpoint_read_model(path, out->model, comm));
    ls_model_exchange_averages(out->model); /* the model that was validated */
    return LS_OK;
}

ls_status ls_require_images(const ls_trained *trained)
{
    const ls_task *task = ls_task_of(&trained->config);
    LS_REQUIRE(task->truth == LS_TRUTH_NONE, LS_BAD_INPUT,
               "the model was trained with train.task = %s: its outputs are scores of classes, not "
               "images; lockstep eval tells how well it finds them",
               task->name);
    return LS_OK;
}

void ls_trained_close(ls_trained *trained)
{
    ls_model_destroy(trained->model);
    trained->model = NULL;
}
