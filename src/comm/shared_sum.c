/* Sums through memory that the ranks of a host share: the memory. shared_add.c adds up. */
#include "shared_sum_private.h"

#include "lockstep/base/memory.h"

#include <sys/mman.h>

#define PAGE ((size_t)65536) /* as large as a page is anywhere: a rank's part begins with one */

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t lines(size_t bytes)
{
    return round_up(bytes, LS_SHARED_LINE);
}

static ls_shared_offsets place_parts(size_t words, size_t count, size_t value_bytes)
{
    ls_shared_offsets at = {.words = sizeof(ls_shared_place)};
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
    return ls_shared_words_of(sum, sum->node->rank);
}

void *ls_shared_sum_values(const ls_shared_sum *sum)
{
    return ls_shared_values_of(sum, sum->node->rank);
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
