/* Counted, zeroed, aligned allocation, and the arena on top of it. */
#include "lockstep/base/memory.h"

#include <stdlib.h>
#include <string.h>

static int64_t calls;
static int64_t live;

static size_t round_up(size_t bytes)
{
    return (bytes + LS_ALIGN - 1) / LS_ALIGN * LS_ALIGN;
}

ls_status ls_alloc(void **out, size_t bytes, const char *what)
{
    *out = NULL;
    calls++;
    /* Rounded up so that a vector load at the end stays inside; never 0, so that NULL means
     * failure. */
    size_t rounded = round_up(bytes > 0 ? bytes : 1);
    void *memory = rounded >= bytes ? aligned_alloc(LS_ALIGN, rounded) : NULL;
    LS_REQUIRE(memory != NULL, LS_NO_MEMORY,
               "out of memory: %zu bytes for %s; use more ranks or hosts, or a smaller setting",
               bytes, what);
    memset(memory, 0, rounded);
    live++;
    *out = memory;
    return LS_OK;
}

void ls_free(void *memory)
{
    if (memory != NULL) {
        live--;
        free(memory);
    }
}

int64_t ls_alloc_calls(void)
{
    return calls;
}

int64_t ls_alloc_live(void)
{
    return live;
}

size_t ls_arena_plan(ls_arena *arena, size_t bytes)
{
    size_t offset = arena->planned;
    arena->planned += round_up(bytes);
    return offset;
}

ls_status ls_arena_reserve(ls_arena *arena, const char *what)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, arena->planned, what));
    arena->memory = memory;
    return LS_OK;
}

void *ls_arena_at(const ls_arena *arena, size_t offset)
{
    return arena->memory + offset;
}

void ls_arena_release(ls_arena *arena)
{
    ls_free(arena->memory);
    arena->memory = NULL;
    arena->planned = 0;
}
