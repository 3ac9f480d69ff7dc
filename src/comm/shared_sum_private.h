/* Memory of sums that a host's ranks share: how it is laid out. Known to shared_sum.c, which makes
 * it, and to shared_add.c, which adds up what is in it. */
#ifndef LOCKSTEP_COMM_SHARED_SUM_PRIVATE_H
#define LOCKSTEP_COMM_SHARED_SUM_PRIVATE_H

#include "comm_private.h"
#include "lockstep/comm/shared_sum.h"

#include <stdatomic.h>

#define LS_SHARED_LINE 64 /* bytes of a cache line: no two ranks write to the same */

/* What a rank shows to those of its host. */
typedef struct ls_shared_place {
    /* How often it has come to a meeting. */
    _Alignas(LS_SHARED_LINE) _Atomic uint64_t arrivals;
    /* How many of its addends stand, from the last to the first and then the words, over all runs:
     * count + 1 a run. */
    _Atomic uint64_t standing;
    /* Of the host's first rank: how many pieces its ranks have taken, over all runs. */
    _Alignas(LS_SHARED_LINE) _Atomic uint64_t taken;
} ls_shared_place;

/* Where a rank's parts lie within its memory; the first rank of a host has the sums behind them. */
typedef struct ls_shared_offsets {
    size_t words, values, room, end;
    size_t sum_words, sums, sums_end;
} ls_shared_offsets;

/* What a rank takes at a time: values to add up, or a span to make. */
typedef struct ls_shared_piece {
    ls_span span;
    bool is_made;
} ls_shared_piece;

struct ls_shared_sum {
    ls_comm *comm;
    ls_comm *node;
    size_t word_count, count;
    ls_sum_to_float to_float; /* NULL = the values are float32 */
    ls_shared_making making;  /* its spans are in the pieces; all zero where nothing is made */
    ls_shared_piece *pieces;  /* owned, from the last values to the first; one at least, as the
                               * last has the words too */
    uint64_t piece_count;
    ls_shared_offsets at;
    void *memory; /* mapped: the ranks' parts, one behind the other */
    size_t bytes;
    uint64_t runs; /* that are done */
};

/* Where rank r's part begins; of the host's size: where all ends. */
size_t ls_shared_begin(const ls_shared_sum *sum, int r);

static inline char *ls_shared_rank(const ls_shared_sum *sum, int r)
{
    return (char *)sum->memory + ls_shared_begin(sum, r);
}

static inline ls_shared_place *ls_shared_place_of(const ls_shared_sum *sum, int r)
{
    return (ls_shared_place *)(void *)ls_shared_rank(sum, r);
}

static inline int64_t *ls_shared_words_of(const ls_shared_sum *sum, int r)
{
    return (int64_t *)(void *)(ls_shared_rank(sum, r) + sum->at.words);
}

static inline void *ls_shared_values_of(const ls_shared_sum *sum, int r)
{
    return ls_shared_rank(sum, r) + sum->at.values;
}

static inline int64_t *ls_shared_sum_words_of(const ls_shared_sum *sum)
{
    return (int64_t *)(void *)(ls_shared_rank(sum, 0) + sum->at.sum_words);
}

static inline float *ls_shared_sums_of(const ls_shared_sum *sum)
{
    return (float *)(void *)(ls_shared_rank(sum, 0) + sum->at.sums);
}

#endif
