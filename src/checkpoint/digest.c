/* Digests of weights and of the whole numeric state: what two equal runs have in common. */
#include "lockstep/base/hash.h"
#include "lockstep/checkpoint/checkpoint.h"

static uint64_t block_digest(const float *values, int64_t count)
{
    return ls_hash64(values, (size_t)count * sizeof *values);
}

uint64_t ls_weights_digest(ls_model *model)
{
    return block_digest(ls_model_parameters(model), ls_model_parameter_count(model));
}

uint64_t ls_state_digest(const ls_training_state *state)
{
    uint64_t digests[LS_OPTIM_MOMENTS + 2]; /* parameters, moments, state */
    int count = 0;
    digests[count++] = ls_weights_digest(state->model);
    for (int i = 0; i < state->optim->moment_count; i++) {
        digests[count++] = block_digest(state->moments[i], ls_model_parameter_count(state->model));
    }
    digests[count++] =
        block_digest(ls_model_state(state->model), ls_model_state_count(state->model));
    return ls_hash64(digests, (size_t)count * sizeof *digests);
}
