/* Sums through memory that the ranks of a host share.
 *
 *   1. Each rank says which of its addends stand, as backward makes them, from the last on.
 *   2. A rank that has all of its own adds up pieces over all of the host's ranks, or makes their
 *      sums, whichever piece is next and stands: the faster rank does so while the slower one still
 *      computes.
 *   3. All have come. Of several hosts, the first rank of each then adds the hosts' sums by a ring
 *      of messages.
 *   4. All have come again: the sums stand, and the addends may be written anew.
 *
 * Who adds a piece changes no bit: integers are exact, and floats are added in the ranks' order.
 */
#include "shared_sum_private.h"

#include "lockstep/base/clock.h"

#include <string.h>

#define BLOCK 1024 /* values summed at a time: these stay in the nearest cache */

typedef struct meeting {
    const ls_shared_sum *sum;
    uint64_t number;
    int next; /* the first rank not yet known to have come */
} meeting;

static ls_status test_meeting(void *context, bool *done)
{
    meeting *m = context;
    int size = m->sum->node->size;
    while (m->next < size && atomic_load_explicit(&ls_shared_place_of(m->sum, m->next)->arrivals,
                                                  memory_order_acquire) >= m->number) {
        m->next++;
    }
    *done = m->next == size;
    return LS_OK;
}

/* All ranks of the host come; what each wrote before is seen by all after. */
static ls_status meet(const ls_shared_sum *sum)
{
    ls_shared_place *mine = ls_shared_place_of(sum, sum->node->rank);
    meeting m = {.sum = sum};
    m.number = atomic_load_explicit(&mine->arrivals, memory_order_relaxed) + 1;
    atomic_store_explicit(&mine->arrivals, m.number, memory_order_release);
    return ls_comm_wait_until(sum->comm, test_meeting, &m);
}

static void add_words(const ls_shared_sum *sum)
{
    memcpy(ls_shared_sum_words_of(sum), ls_shared_words_of(sum, 0),
           sum->word_count * sizeof(int64_t));
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_i64(sum->word_count, ls_shared_words_of(sum, r), ls_shared_sum_words_of(sum));
    }
}

/* The host's sums of [low, low + n) as float32, or for other hosts in the first rank's addends. */
static void add_fixed(const ls_shared_sum *sum, size_t low, size_t n)
{
    int64_t room[BLOCK];
    bool final = sum->comm->hosts == 1;
    int64_t *first = (int64_t *)ls_shared_values_of(sum, 0) + low;
    int64_t *total = final ? memcpy(room, first, n * sizeof *room) : first;
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_i64(n, (const int64_t *)ls_shared_values_of(sum, r) + low, total);
    }
    if (final) {
        sum->to_float((int64_t)n, total, ls_shared_sums_of(sum) + low);
    }
}

static void add_floats(const ls_shared_sum *sum, size_t low, size_t n)
{
    float *total = ls_shared_sums_of(sum) + low;
    memcpy(total, (const float *)ls_shared_values_of(sum, 0) + low, n * sizeof *total);
    for (int r = 1; r < sum->node->size; r++) {
        ls_add_f32(n, (const float *)ls_shared_values_of(sum, r) + low, total);
    }
}

static void add_values(const ls_shared_sum *sum, ls_span span)
{
    for (size_t low = span.low; low < span.high; low += BLOCK) {
        size_t n = span.high - low < BLOCK ? span.high - low : BLOCK;
        (sum->to_float != NULL ? add_fixed : add_floats)(sum, low, n);
    }
}

static void make_values(const ls_shared_sum *sum, size_t low)
{
    double began = ls_clock_seconds();
    bool final = sum->comm->hosts == 1;
    sum->making.make(sum->making.context, low, ls_shared_values_of(sum, 0),
                     final ? ls_shared_sums_of(sum) : NULL);
    sum->comm->seconds -= ls_clock_seconds() - began; /* no communication */
}

/* The host's sums of a piece; with the words, if it has the first values. */
static void sum_piece(const ls_shared_sum *sum, const ls_shared_piece *piece)
{
    if (piece->is_made) {
        make_values(sum, piece->span.low);
    } else {
        add_values(sum, piece->span);
    }
    if (piece->span.low == 0) {
        add_words(sum);
    }
}

/* --- which rank does what --------------------------------------------------------------------- */

/* `standing` of a rank whose addends from `low` on stand; from 0 on with the words, in this run. */
static uint64_t standing_from(const ls_shared_sum *sum, size_t low)
{
    return sum->runs * (sum->count + 1) + (sum->count - low) + (low == 0 ? 1 : 0);
}

static void stand(const ls_shared_sum *sum, size_t low)
{
    atomic_store_explicit(&ls_shared_place_of(sum, sum->node->rank)->standing,
                          standing_from(sum, low), memory_order_release);
}

static bool all_stand(const ls_shared_sum *sum, size_t low)
{
    uint64_t wanted = standing_from(sum, low);
    for (int r = 0; r < sum->node->size; r++) {
        if (atomic_load_explicit(&ls_shared_place_of(sum, r)->standing, memory_order_acquire) <
            wanted) {
            return false;
        }
    }
    return true;
}

/* A rank that looks for a piece to sum. */
typedef struct search {
    const ls_shared_sum *sum;
    const ls_shared_piece *found; /* NULL: none is left */
} search;

/* Done with a piece that no other rank has, or with none left; not as long as a rank's part of the
 * next piece does not stand. */
static ls_status test_search(void *context, bool *done)
{
    search *s = context;
    const ls_shared_sum *sum = s->sum;
    _Atomic uint64_t *taken = &ls_shared_place_of(sum, 0)->taken;
    uint64_t before = sum->runs * sum->piece_count;
    uint64_t now = atomic_load_explicit(taken, memory_order_relaxed);
    *done = now - before == sum->piece_count;
    while (!*done && all_stand(sum, sum->pieces[now - before].span.low)) {
        const ls_shared_piece *next = &sum->pieces[now - before];
        bool mine = atomic_compare_exchange_strong_explicit(
            taken, &now, now + 1, memory_order_relaxed, memory_order_relaxed);
        s->found = mine ? next : NULL;
        *done = mine || now - before == sum->piece_count;
    }
    return LS_OK;
}

/* Sums pieces until all are taken. */
static ls_status sum_pieces(const ls_shared_sum *sum)
{
    for (;;) {
        search s = {.sum = sum};
        LS_TRY(ls_comm_wait_until(sum->comm, test_search, &s));
        if (s.found == NULL) {
            return LS_OK;
        }
        sum_piece(sum, s.found);
    }
}

/* --- all of a run ----------------------------------------------------------------------------- */

/* The hosts' sums, between their first ranks; the others wait. */
static ls_status add_hosts(const ls_shared_sum *sum)
{
    ls_comm *heads = sum->comm->heads;
    if (heads == NULL) {
        return LS_OK;
    }
    LS_TRY(ls_comm_sum_i64(heads, ls_shared_sum_words_of(sum), sum->word_count));
    if (sum->to_float == NULL) {
        return ls_comm_sum_f32(heads, ls_shared_sums_of(sum), sum->count);
    }
    return ls_comm_sum_fixed(heads, ls_shared_values_of(sum, 0), sum->count, sum->to_float,
                             ls_shared_sums_of(sum));
}

static ls_status run(const ls_shared_sum *sum)
{
    LS_TRY(ls_comm_begin(sum->comm));
    stand(sum, 0);
    LS_TRY(sum_pieces(sum));
    LS_TRY(meet(sum));
    if (sum->comm->hosts > 1) {
        LS_TRY(add_hosts(sum));
        LS_TRY(meet(sum));
    }
    memcpy(ls_shared_words_of(sum, sum->node->rank), ls_shared_sum_words_of(sum),
           sum->word_count * sizeof(int64_t));
    ls_comm_met(sum->comm);
    return LS_OK;
}

void ls_shared_sum_stand(ls_shared_sum *sum, size_t low)
{
    if (low > 0) { /* all of them only with the words */
        stand(sum, low);
    }
}

ls_status ls_shared_sum_run(ls_shared_sum *sum)
{
    double began = ls_clock_seconds();
    ls_status status = run(sum);
    sum->runs++;
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
