/* Comparing the ranks' state, and healing it from the majority. */
#include "lockstep/checkpoint/replicas.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <inttypes.h>

/* What a comparison found; the same on every rank. */
typedef struct comparison {
    uint64_t *digests; /* [size], owned */
    int size;
    int equal;    /* ranks of the most frequent digest */
    int majority; /* the lowest of them */
} comparison;

static size_t history_bytes(const ls_training_state *state)
{
    return (size_t)state->history.count * sizeof *state->history.rows;
}

/* Where training stands and what it gave belong to it too: both are made of whole words, without
 * gaps. */
static uint64_t digest_of(const ls_training_state *state)
{
    uint64_t digests[] = {
        ls_state_digest(state), ls_hash64(&state->progress, sizeof state->progress),
        ls_hash64(state->history.rows, history_bytes(state)), (uint64_t)state->history.count};
    return ls_hash64(digests, sizeof digests);
}

static int count_equal(const comparison *c, int rank)
{
    int count = 0;
    for (int r = 0; r < c->size; r++) {
        count += c->digests[r] == c->digests[rank];
    }
    return count;
}

static ls_status compare(const ls_training_state *state, ls_comm *comm, comparison *c)
{
    uint64_t mine = digest_of(state);
    void *memory;
    *c = (comparison){.size = ls_comm_size(comm)};
    LS_TRY(ls_comm_agree(comm, ls_alloc(&memory, (size_t)c->size * sizeof mine, "digests")));
    c->digests = memory;
    LS_TRY(ls_comm_gather(comm, &mine, sizeof mine, c->digests));
    for (int r = 0; r < c->size && 2 * c->equal <= c->size; r++) {
        int equal = count_equal(c, r);
        if (equal > c->equal) {
            c->equal = equal;
            c->majority = r;
        }
    }
    return LS_OK;
}

static bool has_majority(const comparison *c)
{
    return 2 * c->equal > c->size;
}

/* "rank 3 on h2, rank 5 on h3": those outside the majority, or all. */
static void list_odd(const comparison *c, const ls_comm *comm, ls_text *out)
{
    for (int r = 0; r < c->size; r++) {
        if (!has_majority(c) || c->digests[r] != c->digests[c->majority]) {
            ls_text_add(out, "%srank %d on %s", out->length > 0 ? ", " : "", r,
                        ls_comm_host_of(comm, r));
        }
    }
}

static ls_status report(const comparison *c, const ls_training_state *state, const ls_comm *comm)
{
    ls_text odd = {0};
    list_odd(c, comm, &odd);
    ls_status status = ls_error_set(
        LS_DIVERGED, __FILE__, __LINE__,
        "step %" PRId64 ": the ranks' weights, moments or state are no longer equal: %s %s; "
        "nothing was saved. A fault of memory or of a CPU: go on from the last checkpoint without "
        "that host",
        state->progress.step, odd.data != NULL ? odd.data : "",
        has_majority(c) ? "differ from all others" : "agree with no majority");
    ls_text_free(&odd);
    return status;
}

static ls_status take_block(ls_comm *comm, float *values, int64_t count, int root)
{
    return ls_comm_broadcast(comm, values, (size_t)count * sizeof *values, root);
}

static ls_status take_all(ls_training_state *state, ls_comm *comm, int root)
{
    ls_model *model = state->model;
    int64_t count = ls_model_parameter_count(model);
    LS_TRY(take_block(comm, ls_model_parameters(model), count, root));
    for (int i = 0; i < state->optim->moment_count; i++) {
        LS_TRY(take_block(comm, state->moments[i], count, root));
    }
    LS_TRY(take_block(comm, ls_model_state(model), ls_model_state_count(model), root));
    LS_TRY(ls_comm_broadcast(comm, &state->progress, sizeof state->progress, root));
    return ls_comm_broadcast(comm, state->history.rows, history_bytes(state), root);
}

/* Whether all ranks have as many rows: where not, more than numbers is broken. */
static ls_status require_equal_history(const ls_training_state *state, ls_comm *comm)
{
    int64_t least = state->history.count;
    int64_t most = state->history.count;
    LS_TRY(ls_comm_min_i64(comm, &least, 1));
    LS_TRY(ls_comm_max_i64(comm, &most, 1));
    LS_REQUIRE(least == most, LS_DIVERGED,
               "step %" PRId64 ": the ranks have from %" PRId64 " to %" PRId64
               " epochs behind them: go on from the last checkpoint",
               state->progress.step, least, most);
    return LS_OK;
}

static ls_status heal(const comparison *c, ls_training_state *state, ls_comm *comm)
{
    LS_TRY(require_equal_history(state, comm));
    ls_text odd = {0};
    list_odd(c, comm, &odd);
    ls_warn("step %" PRId64 ": %s differed in weights, moments or state and took over what the "
            "other %d ranks have; what it added to gradients before may be wrong. A fault of "
            "memory or of a CPU: look at that host",
            state->progress.step, odd.data != NULL ? odd.data : "", c->equal);
    ls_text_free(&odd);
    LS_TRY(take_all(state, comm, c->majority));
    return ls_replicas_require_equal(state, comm);
}

ls_status ls_replicas_require_equal(const ls_training_state *state, ls_comm *comm)
{
    comparison c;
    ls_status status = compare(state, comm, &c);
    if (status == LS_OK && c.equal < c.size) {
        status = report(&c, state, comm);
    }
    ls_free(c.digests);
    return status;
}

ls_status ls_replicas_heal(ls_training_state *state, ls_comm *comm)
{
    comparison c;
    ls_status status = compare(state, comm, &c);
    if (status == LS_OK && c.equal < c.size) {
        status = has_majority(&c) ? heal(&c, state, comm) : report(&c, state, comm);
    }
    ls_free(c.digests);
    return status;
}
