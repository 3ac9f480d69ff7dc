/* The exchange of images between ranks, in windows of the new order.
 *
 * Both sides of every message follow from the two placements alone. A rank sorts its images by
 * their new positions; then, window by window, those that leave are packed by destination and their
 * slots freed, one all-to-all moves them, and those that come are put into free slots. Within a
 * message images stand by ascending new position on both sides. An image that stays on its rank is
 * not moved at all: only the index changes.
 */
#include "exchange.h"

#include "lockstep/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES ((size_t)2 << 20) /* of a rank and window, on average */
#define SHARE_PARTS   12                /* and at most this part of its share */

/* An image of the old placement and where it goes. */
typedef struct leaving {
    int64_t position;
    uint32_t slot;
} leaving;

/* An image that comes: its place in the new order of this rank, and the rank that sends it. */
typedef struct coming {
    int64_t place;
    int source;
} coming;

typedef struct exchange {
    ls_store *store;
    ls_comm *comm;
    const ls_placement *from, *to;
    int rank, size;
    leaving *leaving; /* [store->count], by ascending position; owned */
    int64_t left;     /* of them that earlier windows dealt with */
    ls_walk walk;     /* this rank's new positions */
    int64_t place;    /* of the walk's position */
    int64_t own;      /* the first of `leaving` that the walk has not passed */
    int64_t window;   /* positions of a window */
    coming *coming;   /* [min(window, positions of this rank)]; owned */
    int64_t coming_count;
    int *counts;       /* [4, size]: to send, to receive, and where each begins; owned */
    uint8_t *messages; /* records to send, then those received; owned */
    size_t message_room;
    int64_t send_count; /* records in this window */
} exchange;

static int compare_leaving(const void *a, const void *b)
{
    int64_t pa = ((const leaving *)a)->position;
    int64_t pb = ((const leaving *)b)->position;
    return (pa > pb) - (pa < pb);
}

static void sort_leaving(exchange *x)
{
    ls_walk old = ls_walk_begin(x->from, x->rank);
    for (int64_t i = 0; old.left > 0; i++, ls_walk_step(&old)) {
        int64_t item = ls_placement_item(x->from, old.position);
        x->leaving[i] = (leaving){ls_placement_position(x->to, item), x->store->slot[i]};
    }
    qsort(x->leaving, (size_t)x->store->count, sizeof *x->leaving, compare_leaving);
}

/* Positions of a window: so many on every rank that messages are of the size wanted. */
static int64_t choose_window(const exchange *x)
{
    int64_t share = x->to->lanes.images / x->size / SHARE_PARTS;
    int64_t most = (int64_t)(MESSAGE_BYTES / x->store->record_bytes);
    int64_t each = share < most ? share : most;
    return (each > 1 ? each : 1) * x->size;
}

static ls_status prepare(exchange *x)
{
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)x->store->count * sizeof(leaving), "an exchange's order"));
    x->leaving = memory;
    int64_t most = x->window < x->walk.left ? x->window : x->walk.left;
    LS_TRY(ls_alloc(&memory, (size_t)most * sizeof(coming), "an exchange's arrivals"));
    x->coming = memory;
    LS_TRY(ls_alloc(&memory, 4 * (size_t)x->size * sizeof(int), "an exchange's counts"));
    x->counts = memory;
    sort_leaving(x);
    return LS_OK;
}

static void release(exchange *x)
{
    ls_free(x->leaving);
    ls_free(x->coming);
    ls_free(x->counts);
    ls_free(x->messages);
}

/* Counts what leaves for whom in the window that ends at `end`. */
static void count_leaving(exchange *x, int64_t end)
{
    x->send_count = 0;
    for (int64_t i = x->left; i < x->store->count && x->leaving[i].position < end; i++) {
        int owner = ls_placement_owner(x->to, x->leaving[i].position);
        if (owner != x->rank) {
            x->counts[owner]++;
            x->send_count++;
        }
    }
}

/* Lists what comes from whom, and enters what is here already into the new index. */
static void list_coming(exchange *x, int64_t end)
{
    x->coming_count = 0;
    for (; x->walk.left > 0 && x->walk.position < end; x->place++, ls_walk_step(&x->walk)) {
        int64_t position = x->walk.position;
        while (x->own < x->store->count && x->leaving[x->own].position < position) {
            x->own++;
        }
        if (x->own < x->store->count && x->leaving[x->own].position == position) {
            x->store->next[x->place] = x->leaving[x->own].slot;
            continue;
        }
        int64_t before = ls_placement_position(x->from, ls_placement_item(x->to, position));
        int source = ls_placement_owner(x->from, before);
        x->counts[x->size + source]++;
        x->coming[x->coming_count++] = (coming){x->place, source};
    }
}

/* Room for a window's messages and arrivals, before anybody sends. */
static ls_status make_room(exchange *x)
{
    size_t bytes = (size_t)(x->send_count + x->coming_count) * x->store->record_bytes;
    if (bytes > x->message_room || x->messages == NULL) {
        ls_free(x->messages);
        x->messages = NULL;
        x->message_room = 0;
        void *memory = NULL;
        LS_TRY(ls_alloc(&memory, bytes, "an exchange's messages"));
        x->messages = memory;
        x->message_room = bytes;
    }
    LS_TRY(ls_store_reserve(x->store, x->coming_count - x->send_count));
    return LS_OK;
}

/* Where each rank's records begin. */
static int *place_records(exchange *x, int side)
{
    const int *counts = x->counts + side * x->size;
    int *places = x->counts + (2 + side) * x->size;
    places[0] = 0;
    for (int r = 1; r < x->size; r++) {
        places[r] = places[r - 1] + counts[r - 1];
    }
    return places;
}

static void pack(exchange *x, int64_t end)
{
    size_t bytes = x->store->record_bytes;
    int *places = place_records(x, 0);
    for (; x->left < x->store->count && x->leaving[x->left].position < end; x->left++) {
        const leaving *image = &x->leaving[x->left];
        int owner = ls_placement_owner(x->to, image->position);
        if (owner != x->rank) {
            memcpy(x->messages + (size_t)places[owner]++ * bytes,
                   ls_store_record(x->store, image->slot), bytes);
            ls_store_give(x->store, image->slot);
        }
    }
}

static void unpack(exchange *x, const uint8_t *received)
{
    size_t bytes = x->store->record_bytes;
    int *places = place_records(x, 1);
    for (int64_t i = 0; i < x->coming_count; i++) {
        uint32_t slot = ls_store_take(x->store);
        memcpy(ls_store_record(x->store, slot),
               received + (size_t)places[x->coming[i].source]++ * bytes, bytes);
        x->store->next[x->coming[i].place] = slot;
    }
}

static ls_status move_window(exchange *x, int64_t end)
{
    memset(x->counts, 0, 4 * (size_t)x->size * sizeof(int));
    count_leaving(x, end);
    list_coming(x, end);
    LS_TRY(ls_comm_agree_or_stop(x->comm, make_room(x)));
    pack(x, end);
    if (x->size > 1) {
        uint8_t *received = x->messages + (size_t)x->send_count * x->store->record_bytes;
        LS_TRY(ls_comm_exchange(x->comm, x->messages, x->counts, received, x->counts + x->size,
                                x->store->record_bytes));
        unpack(x, received);
    }
    return LS_OK;
}

static ls_status move_all(exchange *x)
{
    LS_TRY(ls_comm_agree(x->comm, prepare(x)));
    int64_t images = x->to->lanes.images;
    for (int64_t end = 0; end < images;) {
        end = end + x->window < images ? end + x->window : images;
        LS_TRY(move_window(x, end));
    }
    return LS_OK;
}

ls_status ls_exchange(ls_store *store, ls_comm *comm, const ls_placement *from,
                      const ls_placement *to)
{
    exchange x = {.store = store, .comm = comm, .from = from, .to = to};
    x.rank = ls_comm_rank(comm);
    x.size = ls_comm_size(comm);
    x.walk = ls_walk_begin(to, x.rank);
    x.window = choose_window(&x);
    int64_t count = x.walk.left;
    ls_status status = move_all(&x);
    release(&x);
    LS_TRY(status);
    ls_store_turn(store, count);
    return LS_OK;
}
