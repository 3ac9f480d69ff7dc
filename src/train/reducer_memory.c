/* Where sums of gradients lie, and what the ranks of a host make together. */
#include "reducer.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <string.h>

/* The layer with parts whose gradients begin at or before `low`, and which of them does. */
static int layer_of(const ls_model *model, int64_t low, int *part)
{
    int i = ls_model_first_trained(model);
    while (ls_model_layer_at(model, i)->high <= low) {
        i++;
    }
    const ls_model_layer *layer = ls_model_layer_at(model, i);
    *part = (int)((low - layer->low) / layer->plan.part_values);
    return i;
}

/* The sums of lanes that were not kept until the end, over the host's ranks. False: there are none.
 */
static bool add_totals(const ls_reducer *reducer, int layer, int part, int64_t *totals)
{
    bool any = false;
    int64_t low;
    int64_t high;
    ls_model_part(reducer->model, layer, part, &low, &high);
    for (int r = 0; r < ls_reducer_ranks(reducer); r++) {
        if (ls_model_lanes_before(reducer->model, layer, reducer->kept[r]) > 0) {
            const int64_t *more = ls_shared_sum_addends(reducer->shared, r);
            for (int64_t i = low; more != totals && i < high; i++) {
                totals[i] = any ? totals[i] + more[i] : more[i];
            }
            any = true;
        }
    }
    return any;
}

/* ls_shared_making.make: a part of a layer's gradients, from all lanes that the host's ranks have
 * kept. */
static void make_part(void *context, size_t low, int64_t *totals, float *sums)
{
    ls_reducer *reducer = context;
    double began = ls_clock_seconds();
    int part;
    int layer = layer_of(reducer->model, (int64_t)low, &part);
    const ls_lane_sums to = {.exact = true,
                             .first = !add_totals(reducer, layer, part, totals),
                             .total = totals,
                             .g = sums};
    ls_model_weigh(reducer->model, layer, part, ls_reducer_ranks(reducer), reducer->kept, &to);
    reducer->made_seconds += ls_clock_seconds() - began;
}

/* All parts of layers that have them, from the last to the first; spans NULL: how many. */
static int list_parts(const ls_model *model, ls_span *spans)
{
    int count = 0;
    for (int i = ls_model_layer_count(model); i-- > ls_model_first_trained(model);) {
        for (int part = ls_model_layer_at(model, i)->plan.parts; part-- > 0; count++) {
            int64_t low;
            int64_t high;
            ls_model_part(model, i, part, &low, &high);
            if (spans != NULL) {
                spans[count] = (ls_span){(size_t)low, (size_t)high};
            }
        }
    }
    return count;
}

static ls_status plan_making(ls_reducer *reducer, ls_span **spans, ls_shared_making *making)
{
    void *memory;
    int count = list_parts(reducer->model, NULL);
    LS_TRY(ls_alloc(&memory, (size_t)count * sizeof **spans, "parts of gradients"));
    *spans = memory;
    list_parts(reducer->model, *spans);
    *making = (ls_shared_making){.room = ls_model_kept_bytes(reducer->model),
                                 .count = count,
                                 .spans = *spans,
                                 .make = make_part,
                                 .context = reducer};
    return LS_OK;
}

/* Addends in memory that the ranks of a host share; of exact sums also what layers keep. */
static ls_status share(ls_reducer *reducer)
{
    ls_span *spans = NULL;
    ls_shared_making making = {0};
    ls_sum_to_float to_float = reducer->exact ? reducer->backend->fixed_to_float : NULL;
    ls_status status = reducer->exact ? plan_making(reducer, &spans, &making) : LS_OK;
    status = ls_comm_agree(reducer->comm, status);
    if (status == LS_OK) {
        status = ls_shared_sum_create(&reducer->shared, reducer->comm, LS_WORD_COUNT,
                                      (size_t)ls_model_gradient_count(reducer->model), to_float,
                                      reducer->exact ? &making : NULL);
    }
    ls_free(spans);
    LS_TRY(status);
    reducer->words = ls_shared_sum_words(reducer->shared);
    if (reducer->exact) {
        reducer->makes = true;
        reducer->totals = ls_shared_sum_values(reducer->shared);
        ls_model_place_kept(reducer->model,
                            ls_shared_sum_room(reducer->shared, ls_reducer_rank(reducer)));
    } else {
        ls_model_place_gradients(reducer->model, ls_shared_sum_values(reducer->shared));
    }
    return LS_OK;
}

/* comm.reduce = node or auto. */
static ls_status share_if_asked(ls_reducer *reducer, const char *how)
{
    bool by_choice = strcmp(how, "node") == 0;
    bool by_messages = strcmp(how, "flat") == 0 || reducer->overlaps;
    if (ls_comm_size(reducer->comm) == 1 || by_messages) {
        return LS_OK;
    }
    ls_status status = share(reducer);
    if (status == LS_BAD_INPUT && !by_choice) {
        ls_warn("sums go by messages, which is slower: %s", ls_error_message());
        return LS_OK;
    }
    return status;
}

/* Memory of this rank's own. */
static ls_status reserve(ls_reducer *reducer)
{
    void *memory;
    size_t count = LS_WORD_COUNT;
    count += reducer->exact ? (size_t)ls_model_gradient_count(reducer->model) : 0;
    LS_TRY(ls_alloc(&memory, count * sizeof(int64_t), "the sums of gradients"));
    reducer->memory = reducer->words = memory;
    reducer->totals = reducer->exact ? reducer->words + LS_WORD_COUNT : NULL;
    return LS_OK;
}

/* Where each rank's lanes are kept, as far as this one can see. */
static ls_status find_kept(ls_reducer *reducer)
{
    void *memory;
    size_t ranks = (size_t)ls_reducer_ranks(reducer);
    LS_TRY(ls_alloc(&memory, ranks * sizeof *reducer->kept, "the ranks' lanes"));
    reducer->kept = memory;
    for (int r = 0; r < ls_reducer_ranks(reducer); r++) {
        reducer->kept[r] = reducer->makes ? ls_shared_sum_room(reducer->shared, r) : NULL;
    }
    reducer->kept[ls_reducer_rank(reducer)] = ls_model_kept(reducer->model);
    return LS_OK;
}

static ls_status reserve_all(ls_reducer *reducer)
{
    LS_TRY(reducer->shared != NULL ? LS_OK : reserve(reducer));
    return find_kept(reducer);
}

ls_status ls_reducer_create(ls_reducer *reducer, ls_comm *comm, const ls_backend *backend,
                            ls_model *model, ls_phases *phases, const ls_config *config)
{
    bool exact = strcmp(config->train_reduce, "exact") == 0;
    *reducer = (ls_reducer){
        .comm = comm, .backend = backend, .model = model, .phases = phases, .exact = exact};
    reducer->overlaps = strcmp(config->comm_reduce, "overlap") == 0;
    LS_TRY(share_if_asked(reducer, config->comm_reduce));
    return ls_comm_agree(comm, reserve_all(reducer));
}

void ls_reducer_destroy(ls_reducer *reducer)
{
    ls_shared_sum_destroy(reducer->shared);
    ls_free(reducer->memory);
    ls_free(reducer->kept);
    *reducer = (ls_reducer){0};
}
