/* The digest's terms and their sum over ranks. */
#include "digest.h"

#include "lockstep/base/hash.h"

#include <string.h>

uint64_t ls_digest_image(int64_t number, uint8_t label, const uint8_t *pixels, size_t bytes)
{
    uint64_t words[3] = {(uint64_t)number, label, ls_hash64(pixels, bytes)};
    return ls_hash64(words, sizeof words);
}

ls_status ls_digest_reduce(ls_comm *comm, uint64_t *sums, size_t count)
{
    /* As int64, which wraps in the same bits as uint64 in two's complement. */
    for (size_t i = 0; i < count; i++) {
        int64_t word;
        memcpy(&word, &sums[i], sizeof word);
        LS_TRY(ls_comm_sum_i64(comm, &word, 1));
        memcpy(&sums[i], &word, sizeof word);
    }
    return LS_OK;
}
