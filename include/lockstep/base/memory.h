/* Memory: counted allocation, and an arena that is planned, reserved once and then handed out.
 *
 *     ls_arena arena = {0};
 *     size_t at = ls_arena_plan(&arena, bytes);      sizes only, any number of times
 *     LS_TRY(ls_arena_reserve(&arena, "activations"));
 *     float *x = ls_arena_at(&arena, at);            pointers
 *     ls_arena_release(&arena);
 *
 * All functions are local.
 */
#ifndef LOCKSTEP_BASE_MEMORY_H
#define LOCKSTEP_BASE_MEMORY_H

#include "lockstep/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Alignment of every allocation: a cache line and the widest vector. */
#define LS_ALIGN 64

/* Zeroed memory aligned to LS_ALIGN; `what` names it in the message. Owner: the caller, ls_free. */
ls_status ls_alloc(void **out, size_t bytes, const char *what);
void ls_free(void *memory);

/* Calls of ls_alloc so far, and allocations not yet freed: for tests of the law of memory (a
 * training step allocates nothing) and of balance. */
int64_t ls_alloc_calls(void);
int64_t ls_alloc_live(void);

typedef struct ls_arena {
    char *memory;   /* owned; NULL until reserved */
    size_t planned; /* bytes */
} ls_arena;

/* Plans `bytes` more and returns their offset, aligned to LS_ALIGN. */
size_t ls_arena_plan(ls_arena *arena, size_t bytes);
ls_status ls_arena_reserve(ls_arena *arena, const char *what);
void *ls_arena_at(const ls_arena *arena, size_t offset);
/* Frees the memory; offsets stay planned. Release: as if nothing had been planned. */
void ls_arena_drop(ls_arena *arena);
void ls_arena_release(ls_arena *arena);

#endif
