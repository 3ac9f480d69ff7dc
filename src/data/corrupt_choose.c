/* A given share of items, chosen at random without memory. */
#include "corruption.h"

bool ls_chooser_next(ls_chooser *chooser)
{
    int64_t at = chooser->done++;
    if (at % 4 == 0) {
        ls_random_block(chooser->key, (uint32_t)(at / 4), chooser->bits);
    }
    uint64_t place = (uint64_t)chooser->bits[at % 4] * (uint64_t)chooser->left-- >> 32;
    bool chosen = (int64_t)place < chooser->wanted;
    chooser->wanted -= chosen;
    return chosen;
}

/* Which items are chosen follows from the leading bits. */
bool ls_chooser_coin(const ls_chooser *chooser)
{
    return chooser->bits[(chooser->done - 1) % 4] % 2 == 1;
}

int64_t ls_chooser_share(double fraction, int64_t count)
{
    return (int64_t)(fraction * (double)count + 0.5);
}
