/* Philox streams. The counter holds everything but the seed, which is the key. */
#include "lockstep/base/random.h"

#include "lockstep/base/real.h"

#include <Random123/philox.h>

void ls_random_block(const ls_random_key *key, uint32_t block, uint32_t out[4])
{
    philox4x32_ctr_t counter = {
        {block, key->sample, key->epoch, ((uint32_t)key->purpose << 16) | (key->layer & 0xffffU)}};
    philox4x32_key_t seed = {{(uint32_t)key->seed, (uint32_t)(key->seed >> 32)}};
    philox4x32_ctr_t result = philox4x32(counter, seed);
    for (int i = 0; i < 4; i++) {
        out[i] = result.v[i];
    }
}

uint32_t ls_random_bits(const ls_random_key *key, uint32_t element)
{
    uint32_t block[4];
    ls_random_block(key, element / 4, block);
    return block[element % 4];
}

float ls_random_uniform(const ls_random_key *key, uint32_t element)
{
    return (float)(ls_random_bits(key, element) >> 8) * 0x1p-24F;
}

float ls_random_normal_of(uint32_t bits)
{
    return (float)ls_normal_quantile(((double)bits + 0.5) * 0x1p-32);
}

float ls_random_normal(const ls_random_key *key, uint32_t element)
{
    return ls_random_normal_of(ls_random_bits(key, element));
}

uint32_t ls_random_below(const ls_random_key *key, uint32_t element, uint32_t count)
{
    return (uint32_t)((uint64_t)ls_random_bits(key, element) * count >> 32);
}
