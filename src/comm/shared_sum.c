/* Sums through memory that the ranks of a host share.
 *
 *   1. All ranks of the host have come: their addends stand.
 *   2. Each rank adds up its part of the array over all of the host's ranks, block by block in its
 *      nearest cache, and writes the host's sum; of several hosts, the first rank of each then adds
 *      those by a ring of messages.
 *   3. All have come again: the sums stand, and the addends may be written anew.
 *
 * `bench configs/paper.ini`, 712,835 int64 of 2 ranks, batch 64 (Zen 4), in eight runs: 0.9 to 1.7
 * ms a step, in five runs by messages 1.2 to 2.1; 0.3 to 0.8 of either are waiting for the slower
 * rank.
 */
#include "comm_private.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define LINE  64              /* bytes of a cache line: no two ranks write to the same */
#define PAGE  ((size_t)65536) /* as large as a page is anywhere: a rank's part begins with one */
#define BLOCK 1024            /* values summed at a time; parts begin at whole cache lines */

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
    size_t word_count, count;
    ls_sum_to_float to_float; /* NULL = the values are float32 */
    offsets at;
    void *memory; /* mapped: the ranks' parts, one behind the other */
    size_t bytes;
};

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t lines(size_t bytes)
{
    return round_up(bytes, LINE);
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

static size_t part_bytes(const ls_shared_sum *sum, int r)
{
    return round_up(r == 0 ? sum->at.sums_end : sum->at.end, PAGE);
}

/* Where rank r's part begins; of the host's size: where all ends. */
static size_t part_begin(const ls_shared_sum *sum, int r)
{
    return r == 0 ? 0 : part_bytes(sum, 0) + (size_t)(r - 1) * part_bytes(sum, 1);
}

static char *rank_of(const ls_shared_sum *sum, int r)
{
    return (char *)sum->memory + part_begin(sum, r);
}

static place *place_of(const ls_shared_sum *sum, int r)
{
    return (place *)(void *)rank_of(sum, r);
}

static int64_t *words_of(const ls_shared_sum *sum, int r)
{
    return (int64_t *)(void *)(rank_of(sum, r) + sum->at.words);
}

static void *values_of(const ls_shared_sum *sum, int r)
{
    return rank_of(sum, r) + sum->at.values;
}

static int64_t *sum_words_of(const ls_shared_sum *sum)
{
    return (int64_t *)(void *)(rank_of(sum, 0) + sum->at.sum_words);
}

static float *sums_of(const ls_shared_sum *sum)
{
    return (float *)(void *)(rank_of(sum, 0) + sum->at.sums);
}

/* --- made and ended --------------------------------------------------------------------------- */

static ls_status map(ls_shared_sum *sum)
{
    int rank = sum->node->rank;
    const ls_shared_part part = {part_begin(sum, rank), part_bytes(sum, rank)};
    sum->bytes = part_begin(sum, sum->node->size);
    return ls_comm_share_memory(sum->comm, part, sum->bytes, &sum->memory);
}

ls_status ls_shared_sum_create(ls_shared_sum **out, ls_comm *comm, size_t words, size_t count,
                               ls_sum_to_float to_float)
{
    void *memory;
    *out = NULL;
    ls_status status = ls_alloc(&memory, sizeof(ls_shared_sum), "a sum in shared memory");
    status = ls_comm_agree(comm, status);
    if (status != LS_OK) {
        ls_free(memory);
        return status;
    }
    ls_shared_sum *sum = memory;
    *sum = (ls_shared_sum){.comm = comm,
                           .node = comm->node,
                           .word_count = words,
                           .count = count,
                           .to_float = to_float};
    sum->at = place_parts(words, count, to_float != NULL ? sizeof(int64_t) : sizeof(float));
    status = map(sum);
    if (status != LS_OK) {
        ls_shared_sum_destroy(sum);
        return status;
    }
    *out = sum;
    return LS_OK;
}

void ls_shared_sum_destroy(ls_shared_sum *sum)
{
    if (sum != NULL && sum->memory != NULL) {
        munmap(sum->memory, sum->bytes);
    }
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

float *ls_shared_sum_result(const ls_shared_sum *sum)
{
    return sums_of(sum);
}

int ls_shared_sum_rank(const ls_shared_sum *sum)
{
    return sum->node->rank;
}

int ls_shared_sum_ranks(const ls_shared_sum *sum)
{
    return sum->node->size;
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
    memcpy(sum_words_of(sum), words_of(sum, 0), sum->word_count * sizeof(int64_t));
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_i64(sum->word_count, words_of(sum, r), sum_words_of(sum));
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
        sum->to_float((int64_t)n, total, sums_of(sum) + low);
    }
}

static void add_floats(const ls_shared_sum *sum, size_t low, size_t n)
{
    float *total = sums_of(sum) + low;
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
    LS_TRY(ls_comm_sum_i64(heads, sum_words_of(sum), sum->word_count));
    if (sum->to_float == NULL) {
        return ls_comm_sum_f32(heads, sums_of(sum), sum->count);
    }
    return ls_comm_sum_fixed(heads, values_of(sum, 0), sum->count, sum->to_float, sums_of(sum));
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
    memcpy(words_of(sum, sum->node->rank), sum_words_of(sum), sum->word_count * sizeof(int64_t));
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

ls_status ls_shared_sum_meet(ls_shared_sum *sum)
{
    double began = ls_clock_seconds();
    LS_TRY(ls_comm_begin(sum->comm));
    ls_status status = meet(sum);
    sum->comm->seconds += ls_clock_seconds() - began;
    return status;
}
