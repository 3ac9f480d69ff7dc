/* Slots in pages, the stack of free ones, and the index. */
#include "store.h"

#include "lockstep/base/memory.h"

#include <string.h>

/* Small enough that the last, partly used page is little beside a share of images. */
#define PAGE_BYTES ((size_t)1 << 18)

static ls_status make_arrays(ls_store *store)
{
    size_t index_bytes = (size_t)store->room * sizeof(uint32_t);
    /* An exchange holds at most all images that leave and all that come. */
    int64_t page_most = 2 * store->room / store->page_slots + 2;
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, index_bytes, "an index of images"));
    store->slot = memory;
    LS_TRY(ls_alloc(&memory, index_bytes, "an index of images"));
    store->next = memory;
    LS_TRY(ls_alloc(&memory, (size_t)page_most * sizeof(uint8_t *), "a table of pages"));
    store->pages = memory;
    LS_TRY(ls_alloc(&memory, (size_t)(page_most * store->page_slots) * sizeof(uint32_t),
                    "a stack of slots"));
    store->spare = memory;
    return LS_OK;
}

ls_status ls_store_create(ls_store *store, size_t image_bytes, int64_t room)
{
    *store = (ls_store){.record_bytes = image_bytes + 1, .room = room};
    store->page_slots =
        store->record_bytes < PAGE_BYTES ? (int64_t)(PAGE_BYTES / store->record_bytes) : 1;
    LS_REQUIRE(room < UINT32_MAX / 4, LS_BAD_INPUT,
               "%lld images on one rank are too many: use more ranks", (long long)room);
    ls_status status = make_arrays(store);
    if (status != LS_OK) {
        ls_store_destroy(store);
    }
    LS_TRY(status);
    return LS_OK;
}

void ls_store_destroy(ls_store *store)
{
    for (int64_t i = 0; i < store->page_count; i++) {
        ls_free(store->pages[i]);
    }
    ls_free(store->pages);
    ls_free(store->spare);
    ls_free(store->slot);
    ls_free(store->next);
    *store = (ls_store){0};
}

ls_status ls_store_reserve(ls_store *store, int64_t count)
{
    while (store->spare_count < count) {
        void *memory = NULL;
        LS_TRY(ls_alloc(&memory, (size_t)store->page_slots * store->record_bytes, "images"));
        store->pages[store->page_count] = memory;
        for (int64_t i = store->page_slots; i-- > 0;) {
            ls_store_give(store, (uint32_t)(store->page_count * store->page_slots + i));
        }
        store->page_count++;
    }
    return LS_OK;
}

uint32_t ls_store_take(ls_store *store)
{
    return store->spare[--store->spare_count];
}

void ls_store_give(ls_store *store, uint32_t slot)
{
    store->spare[store->spare_count++] = slot;
}

uint8_t *ls_store_record(const ls_store *store, uint32_t slot)
{
    size_t within = (size_t)(slot % store->page_slots);
    return store->pages[slot / store->page_slots] + within * store->record_bytes;
}

const uint8_t *ls_store_at(const ls_store *store, int64_t place)
{
    return ls_store_record(store, store->slot[place]);
}

ls_status ls_store_put(ls_store *store, int64_t place, const uint8_t *pixels, uint8_t label)
{
    LS_TRY(ls_store_reserve(store, 1));
    uint32_t slot = ls_store_take(store);
    uint8_t *record = ls_store_record(store, slot);
    memcpy(record, pixels, store->record_bytes - 1);
    record[store->record_bytes - 1] = label;
    store->slot[place] = slot;
    store->count++;
    return LS_OK;
}

void ls_store_turn(ls_store *store, int64_t count)
{
    uint32_t *before = store->slot;
    store->slot = store->next;
    store->next = before;
    store->count = count;
}
