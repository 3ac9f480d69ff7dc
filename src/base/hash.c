/* XXH3 behind our own names. */
#include "lockstep/base/hash.h"

#include <stdio.h>
#include <xxhash.h>

uint64_t ls_hash64(const void *data, size_t bytes)
{
    return XXH3_64bits(data, bytes);
}

void ls_digest_text(uint64_t digest, char text[LS_DIGEST_CHARS])
{
    snprintf(text, LS_DIGEST_CHARS, "%016llx", (unsigned long long)digest);
}

/* The state is xxHash's own; the struct is never defined. */
ls_hash_stream *ls_hash_stream_create(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state != NULL) {
        XXH3_128bits_reset(state);
    }
    return (ls_hash_stream *)state;
}

void ls_hash_stream_update(ls_hash_stream *stream, const void *data, size_t bytes)
{
    XXH3_128bits_update((XXH3_state_t *)stream, data, bytes);
}

ls_hash128 ls_hash_stream_finish128(const ls_hash_stream *stream)
{
    XXH128_hash_t hash = XXH3_128bits_digest((const XXH3_state_t *)stream);
    return (ls_hash128){.low = hash.low64, .high = hash.high64};
}

void ls_hash_stream_destroy(ls_hash_stream *stream)
{
    XXH3_freeState((XXH3_state_t *)stream);
}
