/* Inside data: a rank's images, in slots that stay where they are.
 *
 * Which image stands at which place of the rank's order is a matter of the index alone (4 bytes an
 * image): an image that stays on its rank is never moved. Slots come in pages, so a store grows
 * without being copied. All functions are local.
 */
#ifndef LOCKSTEP_DATA_STORE_H
#define LOCKSTEP_DATA_STORE_H

#include "lockstep/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ls_store {
    size_t record_bytes; /* pixels [shape], then the label */
    int64_t room;        /* most images that may stand in the index */
    int64_t count;       /* images that do */
    uint32_t *slot;      /* [room], of each place */
    uint32_t *next;      /* [room], being written by an exchange */
    int64_t page_slots;
    int64_t page_count;
    uint8_t **pages; /* [enough for 2 room slots], each [page_slots, record_bytes] */
    uint32_t *spare; /* [as many slots], a stack of free ones */
    int64_t spare_count;
} ls_store;

/* Room for an index of `room` images; slots are made when they are needed. */
ls_status ls_store_create(ls_store *store, size_t image_bytes, int64_t room);
void ls_store_destroy(ls_store *store);

/* Makes pages until at least `count` slots are free. */
ls_status ls_store_reserve(ls_store *store, int64_t count);
/* Takes a free slot, of which there must be one; gives one back. */
uint32_t ls_store_take(ls_store *store);
void ls_store_give(ls_store *store, uint32_t slot);
/* The record in a slot. */
uint8_t *ls_store_record(const ls_store *store, uint32_t slot);
/* The record at a place of the rank's order: pixels [shape], then the label. */
const uint8_t *ls_store_at(const ls_store *store, int64_t place);
/* Puts a new image at a place that has none. */
ls_status ls_store_put(ls_store *store, int64_t place, const uint8_t *pixels, uint8_t label);
/* What the exchange wrote becomes the index. */
void ls_store_turn(ls_store *store, int64_t count);

#endif
