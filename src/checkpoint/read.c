/* Reading a checkpoint: rank 0 reads, the others receive, and the digest of what arrived is
 * compared with the stored one. Nothing in the file belongs to a rank, so any number can read it.
 */
#include "layout.h"
#include "lockstep/io/seal.h"

#include <string.h>

typedef struct reading {
    const char *path;
    ls_h5 *file;
    ls_comm *comm;
} reading;

ls_status ls_checkpoint_check(const char *path)
{
    return ls_seal_check(path, LS_SEAL_CHECKPOINT);
}

ls_status ls_checkpoint_read_head(const char *path, ls_checkpoint_head *head)
{
    memset(head, 0, sizeof *head);
    ls_h5 *file = NULL;
    LS_TRY(ls_h5_open(&file, path, LS_H5_READ, NULL));
    ls_status status = ls_checkpoint_read_head_from(file, path, head);
    ls_status closed = ls_h5_close(file);
    return status != LS_OK ? status : closed;
}

static ls_status read_block(void *context, const ls_checkpoint_block *block)
{
    const reading *r = context;
    LS_TRY(ls_checkpoint_match(r->file, r->path, block));
    return ls_h5_read(r->file, block->name, LS_H5_F32, (ls_h5_rows){0, block->info.dims[0]},
                      block->values);
}

static ls_status read_blocks(const char *path, const ls_training_state *state)
{
    reading r = {.path = path};
    LS_TRY(ls_h5_open(&r.file, path, LS_H5_READ, NULL));
    ls_status status = ls_checkpoint_each_block(state, read_block, &r);
    ls_status closed = ls_h5_close(r.file);
    return status != LS_OK ? status : closed;
}

static ls_status read_history(const char *path, const ls_task *task, ls_history *history)
{
    ls_h5 *file = NULL;
    LS_TRY(ls_h5_open(&file, path, LS_H5_READ, NULL));
    ls_status status = ls_checkpoint_read_history(file, path, task, history);
    ls_status closed = ls_h5_close(file);
    return status != LS_OK ? status : closed;
}

static ls_status send_floats(ls_comm *comm, float *values, int64_t count)
{
    return ls_comm_broadcast(comm, values, (size_t)count * sizeof *values, 0);
}

static ls_status send_model(ls_model *model, ls_comm *comm)
{
    LS_TRY(send_floats(comm, ls_model_parameters(model), ls_model_parameter_count(model)));
    return send_floats(comm, ls_model_state(model), ls_model_state_count(model));
}

static ls_status send_history(ls_history *history, ls_comm *comm)
{
    int64_t count = history->count;
    LS_TRY(ls_comm_broadcast(comm, &count, sizeof count, 0));
    ls_status status = LS_OK;
    while (history->count < count && status == LS_OK) {
        status = ls_history_add(history, &(ls_epoch_row){0});
    }
    LS_TRY(ls_comm_agree(comm, status));
    return ls_comm_broadcast(comm, history->rows, (size_t)count * sizeof *history->rows, 0);
}

/* Rank 0. Fills everything but the configuration and the kernels, which are this run's own. */
static ls_status read_all(const char *path, ls_training_state *state, uint64_t *digest)
{
    ls_checkpoint_head head;
    LS_TRY(ls_checkpoint_read_head(path, &head));
    LS_TRY(read_blocks(path, state));
    LS_TRY(read_history(path, ls_task_of(state->config), &state->history));
    state->progress = head.progress;
    state->data_digest = head.data_digest;
    *digest = head.state_digest;
    return LS_OK;
}

ls_status ls_checkpoint_read_model(const char *path, ls_model *model, ls_comm *comm)
{
    const ls_training_state state = {.model = model}; /* no optimizer: no moments */
    bool first = ls_comm_rank(comm) == 0;
    LS_TRY(ls_comm_agree(comm, first ? read_blocks(path, &state) : LS_OK));
    return send_model(model, comm);
}

ls_status ls_checkpoint_read(const char *path, ls_training_state *state, ls_comm *comm)
{
    bool first = ls_comm_rank(comm) == 0;
    uint64_t digest = 0;
    ls_history_free(&state->history);
    LS_TRY(ls_comm_agree(comm, first ? read_all(path, state, &digest) : LS_OK));

    LS_TRY(send_model(state->model, comm));
    for (int i = 0; i < state->optim->moment_count; i++) {
        LS_TRY(send_floats(comm, state->moments[i], ls_model_parameter_count(state->model)));
    }
    LS_TRY(ls_comm_broadcast(comm, &state->progress, sizeof state->progress, 0));
    LS_TRY(ls_comm_broadcast(comm, &state->data_digest, sizeof state->data_digest, 0));
    LS_TRY(ls_comm_broadcast(comm, &digest, sizeof digest, 0));
    LS_TRY(send_history(&state->history, comm));
    ls_status status = LS_OK;
    if (ls_state_digest(state) != digest) {
        status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                              "%s: the values read are not those that were written", path);
    }
    return ls_comm_agree(comm, status);
}
