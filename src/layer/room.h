/* Several arrays in one piece of memory: offsets are planned one after another, each aligned for
 * the operations of a backend. Private to layer. */
#ifndef LOCKSTEP_LAYER_ROOM_H
#define LOCKSTEP_LAYER_ROOM_H

#include "lockstep/base/memory.h"

#include <stddef.h>
#include <stdint.h>

/* The offset of `bytes` more; *total grows. */
static inline size_t ls_room_bytes(size_t *total, size_t bytes)
{
    size_t at = *total;
    *total += (bytes + LS_ALIGN - 1) / LS_ALIGN * LS_ALIGN;
    return at;
}

/* Of `count` floats more. */
static inline size_t ls_room_floats(size_t *total, int64_t count)
{
    return ls_room_bytes(total, sizeof(float) * (size_t)count);
}

static inline void *ls_room_at(void *memory, size_t at)
{
    return (char *)memory + at;
}

#endif
