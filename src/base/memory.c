/* Counted, zeroed, aligned allocation, and the arena on top of it. */
#include "lockstep/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Memory of a page that the hardware maps at once, and the least that is worth asking for. */
#define LARGE_PAGE  ((size_t)2 << 20)
#define LARGE_LEAST (2 * LARGE_PAGE)

static int64_t calls;
static int64_t live;

static size_t round_up(size_t bytes)
{
    return (bytes + LS_ALIGN - 1) / LS_ALIGN * LS_ALIGN;
}

/* Long arrays lie in large pages where the kernel gives them: addresses are found sooner, and the
 * CPU fetches ahead over 4 KiB. Gradients become fixed point in a tenth less time by it. */
static void *get(size_t bytes)
{
    if (bytes < LARGE_LEAST) {
        return aligned_alloc(LS_ALIGN, bytes);
    }
    void *memory;
    if (posix_memalign(&memory, LARGE_PAGE, bytes) != 0) {
        return NULL;
    }
    madvise(memory, bytes, MADV_HUGEPAGE); /* a wish: nothing is lost without */
    return memory;
}

ls_status ls_alloc(void **out, size_t bytes, const char *what)
{
    *out = NULL;
    calls++;
    /* Rounded up so that a vector load at the end stays inside; never 0, so that NULL means
     * failure. */
    size_t rounded = round_up(bytes > 0 ? bytes : 1);
    void *memory = rounded >= bytes ? get(rounded) : NULL;
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

void ls_arena_drop(ls_arena *arena)
{
    ls_free(arena->memory);
    arena->memory = NULL;
}

void ls_arena_release(ls_arena *arena)
{
    ls_arena_drop(arena);
    arena->planned = 0;
}
