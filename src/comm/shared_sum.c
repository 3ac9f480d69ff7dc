/* Sums through memory that the ranks of a host share: the memory. shared_add.c adds up. */
#include "shared_sum_private.h"

#include "lockstep/base/memory.h"

#include <sys/mman.h>

#define PIECE_COUNT ((size_t)16384) /* values that a rank takes to add up: whole cache lines */

#define PAGE ((size_t)65536) /* as large as a page is anywhere: a rank's part begins with one */

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t lines(size_t bytes)
{
    return round_up(bytes, LS_SHARED_LINE);
}

static ls_shared_offsets place_parts(size_t words, size_t count, size_t value_bytes, size_t room)
{
    ls_shared_offsets at = {.words = sizeof(ls_shared_place)};
    at.values = at.words + lines(words * sizeof(int64_t));
    at.room = at.values + lines(count * value_bytes);
    at.end = at.room + lines(room);
    at.sum_words = at.end;
    at.sums = at.sum_words + lines(words * sizeof(int64_t));
    at.sums_end = at.sums + lines(count * sizeof(float));
    return at;
}

static size_t part_bytes(const ls_shared_sum *sum, int r)
{
    return round_up(r == 0 ? sum->at.sums_end : sum->at.end, PAGE);
}

size_t ls_shared_begin(const ls_shared_sum *sum, int r)
{
    return r == 0 ? 0 : part_bytes(sum, 0) + (size_t)(r - 1) * part_bytes(sum, 1);
}

static ls_status map(ls_shared_sum *sum)
{
    int rank = sum->node->rank;
    const ls_shared_part part = {ls_shared_begin(sum, rank), part_bytes(sum, rank)};
    sum->bytes = ls_shared_begin(sum, sum->node->size);
    return ls_comm_share_memory(sum->comm, part, sum->bytes, &sum->memory);
}

/* The piece that ends at `high`; made: the span that is made next below, or NULL. */
static ls_shared_piece piece_below(size_t high, const ls_span *made)
{
    if (made != NULL && made->high == high) {
        return (ls_shared_piece){*made, true};
    }
    size_t low = high > 0 ? (high - 1) / PIECE_COUNT * PIECE_COUNT : 0;
    size_t least = made != NULL ? made->high : 0;
    return (ls_shared_piece){{low > least ? low : least, high}, false};
}

/* All pieces, as far as there is room for them; returns how many there are. */
static uint64_t cut(size_t values, const ls_shared_making *making, uint64_t room,
                    ls_shared_piece *pieces)
{
    uint64_t count = 0;
    int made = 0;
    size_t high = values;
    do {
        const ls_span *next = made < making->count ? &making->spans[made] : NULL;
        ls_shared_piece piece = piece_below(high, next);
        if (count < room) {
            pieces[count] = piece;
        }
        made += piece.is_made;
        high = piece.span.low;
        count++;
    } while (high > 0);
    return count;
}

static ls_status cut_pieces(ls_shared_sum *sum)
{
    void *memory;
    sum->piece_count = cut(sum->count, &sum->making, 0, NULL);
    LS_TRY(ls_alloc(&memory, sum->piece_count * sizeof *sum->pieces, "the pieces of a sum"));
    sum->pieces = memory;
    cut(sum->count, &sum->making, sum->piece_count, sum->pieces);
    sum->making.spans = NULL;
    return LS_OK;
}

static ls_status reserve(ls_shared_sum **out, const ls_shared_sum *as)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_shared_sum), "a sum in shared memory"));
    *out = memory;
    **out = *as;
    return cut_pieces(*out);
}

ls_status ls_shared_sum_create(ls_shared_sum **out, ls_comm *comm, size_t words, size_t count,
                               ls_sum_to_float to_float, const ls_shared_making *making)
{
    const ls_shared_sum as = {.comm = comm,
                              .node = comm->node,
                              .word_count = words,
                              .count = count,
                              .to_float = to_float,
                              .making = making != NULL ? *making : (ls_shared_making){0},
                              .at = place_parts(words, count,
                                                to_float != NULL ? sizeof(int64_t) : sizeof(float),
                                                making != NULL ? making->room : 0)};
    *out = NULL;
    ls_status status = ls_comm_agree(comm, reserve(out, &as));
    if (status == LS_OK) {
        status = map(*out);
    }
    if (status != LS_OK) {
        ls_shared_sum_destroy(*out);
        *out = NULL;
    }
    return status;
}

void ls_shared_sum_destroy(ls_shared_sum *sum)
{
    if (sum == NULL) {
        return;
    }
    if (sum->memory != NULL) {
        munmap(sum->memory, sum->bytes);
    }
    ls_free(sum->pieces);
    ls_free(sum);
}

int64_t *ls_shared_sum_words(const ls_shared_sum *sum)
{
    return ls_shared_words_of(sum, sum->node->rank);
}

void *ls_shared_sum_values(const ls_shared_sum *sum)
{
    return ls_shared_values_of(sum, sum->node->rank);
}

void *ls_shared_sum_room(const ls_shared_sum *sum, int r)
{
    return ls_shared_rank(sum, r) + sum->at.room;
}

const int64_t *ls_shared_sum_addends(const ls_shared_sum *sum, int r)
{
    return ls_shared_values_of(sum, r);
}

float *ls_shared_sum_result(const ls_shared_sum *sum)
{
    return ls_shared_sums_of(sum);
}

int ls_shared_sum_rank(const ls_shared_sum *sum)
{
    return sum->node->rank;
}

int ls_shared_sum_ranks(const ls_shared_sum *sum)
{
    return sum->node->size;
}
