/* The keyed permutation: a balanced Feistel network, walked until it falls below the count.
 *
 * A value of 2h bits is split into (left, right); round i replaces it by (right, left ^
 * f_i(right)). The network permutes 0 .. 4^h - 1, where 4^h < 4 * count, so a walk takes under four
 * steps in the mean, and following the cycle from a point below count leads back below count.
 */
#include "lockstep/base/random.h"

#define ROUNDS 4

ls_permutation ls_permutation_make(uint64_t seed, ls_purpose purpose, uint32_t epoch,
                                   uint64_t count)
{
    ls_permutation p = {.key = {.seed = seed, .purpose = purpose, .epoch = epoch}, .count = count};
    p.half_bits = 1;
    while (p.half_bits < 31 && (UINT64_C(1) << (2 * p.half_bits)) < count) {
        p.half_bits++;
    }
    return p;
}

static uint64_t round_function(const ls_permutation *p, uint32_t round, uint64_t half)
{
    ls_random_key key = p->key;
    key.layer = round;
    key.sample = (uint32_t)half;
    uint32_t block[4];
    ls_random_block(&key, 0, block);
    return block[0] & ((UINT64_C(1) << p->half_bits) - 1);
}

static uint64_t forward(const ls_permutation *p, uint64_t value)
{
    uint64_t left = value >> p->half_bits;
    uint64_t right = value & ((UINT64_C(1) << p->half_bits) - 1);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint64_t next = left ^ round_function(p, i, right);
        left = right;
        right = next;
    }
    return (left << p->half_bits) | right;
}

static uint64_t backward(const ls_permutation *p, uint64_t value)
{
    uint64_t left = value >> p->half_bits;
    uint64_t right = value & ((UINT64_C(1) << p->half_bits) - 1);
    for (uint32_t i = ROUNDS; i-- > 0;) {
        uint64_t before = right ^ round_function(p, i, left);
        right = left;
        left = before;
    }
    return (left << p->half_bits) | right;
}

uint64_t ls_permutation_apply(const ls_permutation *permutation, uint64_t index)
{
    do {
        index = forward(permutation, index);
    } while (index >= permutation->count);
    return index;
}

uint64_t ls_permutation_invert(const ls_permutation *permutation, uint64_t value)
{
    do {
        value = backward(permutation, value);
    } while (value >= permutation->count);
    return value;
}
