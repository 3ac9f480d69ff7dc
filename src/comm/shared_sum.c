/* Sums through memory that the ranks of a host share.
 *
 *   1. All ranks of the host have come: their addends stand.
 *   2. Each rank adds up its part of the array over all of the host's ranks, block by block in its
 *      nearest cache, and writes the host's sum; of several hosts, the first rank of each then adds
 *      those by a ring of messages.
 *   3. All have come again: the sums stand, and the addends may be written anew.
 *
 * `bench configs/paper.ini`, 712,835 int64 of 2 ranks, waiting included (Zen 4), in two runs: 0.68
 * and 1.48 ms a step; by messages 2.59 and 1.47.
 */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <stdatomic.h>
#include <string.h>

#define LINE  64   /* bytes of a cache line: no two ranks write to the same */
#define BLOCK 1024 /* values summed at a time; parts begin at whole cache lines */

/* What a rank shows to those of its host: how often it has come. */
typedef struct place {
    _Alignas(LINE) _Atomic uint64_t arrivals;
} place;

/* Where a rank's parts lie within its memory; the first rank of a host has the sums behind them. */
typedef struct offsets {
    size_t words, values, end;
    size_t sum_words, sums, sums_end;
} offsets;

struct ls_shared_sum {
    ls_comm *comm;
    ls_comm *node;
    MPI_Win window;
    size_t word_count, count;
    ls_sum_to_float to_float; /* NULL = the values are float32 */
    offsets at;
    char **rank; /* [node->size], owned: each rank's memory */
    int64_t *sum_words;
    float *sums;
};

static size_t lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

static offsets place_parts(size_t words, size_t count, size_t value_bytes)
{
    offsets at = {.words = sizeof(place)};
    at.values = at.words + lines(words * sizeof(int64_t));
    at.end = at.values + lines(count * value_bytes);
    at.sum_words = at.end;
    at.sums = at.sum_words + lines(words * sizeof(int64_t));
    at.sums_end = at.sums + lines(count * sizeof(float));
    return at;
}

static place *place_of(const ls_shared_sum *sum, int r)
{
    return (place *)(void *)sum->rank[r];
}

static int64_t *words_of(const ls_shared_sum *sum, int r)
{
    return (int64_t *)(void *)(sum->rank[r] + sum->at.words);
}

static void *values_of(const ls_shared_sum *sum, int r)
{
    return sum->rank[r] + sum->at.values;
}

/* --- made and ended --------------------------------------------------------------------------- */

/* Every rank touches its own memory first, so that it lies near. */
static ls_status map(ls_shared_sum *sum)
{
    ls_comm *node = sum->node;
    MPI_Info info;
    void *mine;
    size_t bytes = node->rank == 0 ? sum->at.sums_end : sum->at.end;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    int code = MPI_Win_allocate_shared((MPI_Aint)bytes, 1, info, node->handle, &mine, &sum->window);
    MPI_Info_free(&info);
    LS_REQUIRE(code == MPI_SUCCESS, LS_BAD_INPUT,
               "the ranks of %s can't share %zu bytes each: make /dev/shm larger, or set "
               "comm.reduce=flat",
               node->host, bytes);
    memset(mine, 0, bytes);
    for (int r = 0; r < node->size; r++) {
        MPI_Aint size;
        int unit;
        LS_TRY(ls_comm_check(node,
                             MPI_Win_shared_query(sum->window, r, &size, &unit, &sum->rank[r]),
                             "MPI_Win_shared_query"));
    }
    sum->sum_words = (int64_t *)(void *)(sum->rank[0] + sum->at.sum_words);
    sum->sums = (float *)(void *)(sum->rank[0] + sum->at.sums);
    return LS_OK;
}

static ls_status reserve(ls_shared_sum **out, ls_comm *comm)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_shared_sum), "a sum in shared memory"));
    *out = memory;
    **out = (ls_shared_sum){.comm = comm, .node = comm->node, .window = MPI_WIN_NULL};
    LS_TRY(ls_alloc(&memory, (size_t)comm->node->size * sizeof(char *), "a host's ranks"));
    (*out)->rank = memory;
    return LS_OK;
}

ls_status ls_shared_sum_create(ls_shared_sum **out, ls_comm *comm, size_t words, size_t count,
                               ls_sum_to_float to_float)
{
    *out = NULL;
    ls_status status = ls_comm_agree(comm, reserve(out, comm));
    if (status == LS_OK) {
        ls_shared_sum *sum = *out;
        sum->word_count = words;
        sum->count = count;
        sum->to_float = to_float;
        sum->at = place_parts(words, count, to_float != NULL ? sizeof(int64_t) : sizeof(float));
        bool guarded = ls_comm_guard("sharing memory");
        status = map(sum);
        ls_comm_unguard(guarded);
        status = ls_comm_agree(comm, status);
    }
    if (status != LS_OK) {
        ls_shared_sum_destroy(*out);
        *out = NULL;
    }
    return status;
}

/* Freeing is collective: not where a rank was lost. */
void ls_shared_sum_destroy(ls_shared_sum *sum)
{
    if (sum == NULL) {
        return;
    }
    if (sum->window != MPI_WIN_NULL && !sum->comm->job->lost) {
        bool guarded = ls_comm_guard("giving shared memory back");
        MPI_Win_free(&sum->window);
        ls_comm_unguard(guarded);
    }
    ls_free(sum->rank);
    ls_free(sum);
}

int64_t *ls_shared_sum_words(const ls_shared_sum *sum)
{
    return words_of(sum, sum->node->rank);
}

void *ls_shared_sum_values(const ls_shared_sum *sum)
{
    return values_of(sum, sum->node->rank);
}

const float *ls_shared_sum_result(const ls_shared_sum *sum)
{
    return sum->sums;
}

/* --- summed ----------------------------------------------------------------------------------- */

typedef struct meeting {
    const ls_shared_sum *sum;
    uint64_t number;
    int next; /* the first rank not yet known to have come */
} meeting;

static ls_status test_meeting(void *context, bool *done)
{
    meeting *m = context;
    int size = m->sum->node->size;
    while (m->next < size && atomic_load_explicit(&place_of(m->sum, m->next)->arrivals,
                                                  memory_order_acquire) >= m->number) {
        m->next++;
    }
    *done = m->next == size;
    return LS_OK;
}

/* All ranks of the host come; what each wrote before is seen by all after. */
static ls_status meet(const ls_shared_sum *sum)
{
    place *mine = place_of(sum, sum->node->rank);
    meeting m = {.sum = sum};
    m.number = atomic_load_explicit(&mine->arrivals, memory_order_relaxed) + 1;
    atomic_store_explicit(&mine->arrivals, m.number, memory_order_release);
    return ls_comm_wait_until(sum->comm, test_meeting, &m);
}

static void add_words(const ls_shared_sum *sum)
{
    memcpy(sum->sum_words, words_of(sum, 0), sum->word_count * sizeof(int64_t));
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_i64(sum->word_count, words_of(sum, r), sum->sum_words);
    }
}

/* The host's sums of [low, low + n) as float32, or for other hosts in the first rank's addends. */
static void add_fixed(const ls_shared_sum *sum, size_t low, size_t n)
{
    int64_t room[BLOCK];
    bool final = sum->comm->hosts == 1;
    int64_t *first = (int64_t *)values_of(sum, 0) + low;
    int64_t *total = final ? memcpy(room, first, n * sizeof *room) : first;
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_i64(n, (const int64_t *)values_of(sum, r) + low, total);
    }
    if (final) {
        sum->to_float((int64_t)n, total, sum->sums + low);
    }
}

static void add_floats(const ls_shared_sum *sum, size_t low, size_t n)
{
    float *total = sum->sums + low;
    memcpy(total, (const float *)values_of(sum, 0) + low, n * sizeof *total);
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_f32(n, (const float *)values_of(sum, r) + low, total);
    }
}

/* This rank's part of the host's sums. */
static void add_part(const ls_shared_sum *sum)
{
    size_t blocks = (sum->count + BLOCK - 1) / BLOCK;
    size_t ranks = (size_t)sum->node->size;
    size_t rank = (size_t)sum->node->rank;
    for (size_t b = blocks * rank / ranks; b < blocks * (rank + 1) / ranks; b++) {
        size_t low = b * BLOCK;
        size_t n = sum->count - low < BLOCK ? sum->count - low : BLOCK;
        (sum->to_float != NULL ? add_fixed : add_floats)(sum, low, n);
    }
    if (rank == 0) {
        add_words(sum);
    }
}

/* The hosts' sums, between their first ranks; the others wait. */
static ls_status add_hosts(const ls_shared_sum *sum)
{
    LS_TRY(meet(sum));
    ls_comm *heads = sum->comm->heads;
    if (heads == NULL) {
        return LS_OK;
    }
    LS_TRY(ls_comm_sum_i64(heads, sum->sum_words, sum->word_count));
    if (sum->to_float == NULL) {
        return ls_comm_sum_f32(heads, sum->sums, sum->count);
    }
    return ls_comm_sum_fixed(heads, values_of(sum, 0), sum->count, sum->to_float, sum->sums);
}

static ls_status run(const ls_shared_sum *sum)
{
    LS_TRY(ls_comm_begin(sum->comm));
    LS_TRY(meet(sum));
    add_part(sum);
    if (sum->comm->hosts > 1) {
        LS_TRY(add_hosts(sum));
    }
    LS_TRY(meet(sum));
    memcpy(words_of(sum, sum->node->rank), sum->sum_words, sum->word_count * sizeof(int64_t));
    ls_comm_met(sum->comm);
    return LS_OK;
}

ls_status ls_shared_sum_run(ls_shared_sum *sum)
{
    double began = ls_clock_seconds();
    ls_status status = run(sum);
    sum->comm->seconds += ls_clock_seconds() - began;
    return status;
}
