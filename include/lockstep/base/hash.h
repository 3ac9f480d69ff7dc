/* Hashes: XXH3 (xxHash) of bytes in memory, in one go or in pieces. Local. */
#ifndef LOCKSTEP_BASE_HASH_H
#define LOCKSTEP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct ls_hash128 {
    uint64_t low, high;
} ls_hash128;

#define LS_DIGEST_CHARS 17 /* 16 hex digits and the end */

uint64_t ls_hash64(const void *data, size_t bytes);
/* A 64-bit digest as 16 lower-case hex digits. */
void ls_digest_text(uint64_t digest, char text[LS_DIGEST_CHARS]);

/* In pieces. Owner: the caller; create returns NULL when memory is short. */
typedef struct ls_hash_stream ls_hash_stream;
ls_hash_stream *ls_hash_stream_create(void);
void ls_hash_stream_update(ls_hash_stream *stream, const void *data, size_t bytes);
ls_hash128 ls_hash_stream_finish128(const ls_hash_stream *stream);
void ls_hash_stream_destroy(ls_hash_stream *stream);

#endif
