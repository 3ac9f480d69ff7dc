/* Masks at random: the streams of lockstep/base/random.h, many blocks side by side. */
#include "cpu.h"

#include <string.h>

/* Side by side: so many that compilers make vectors of the loops and don't write them out. */
#define BLOCKS 64
#define DRAWN  ((int64_t)4 * BLOCKS) /* their numbers */

/* Counters of Philox4x32 (Salmon et al., SC 2011), word by word. */
typedef struct counters {
    uint32_t word[4][BLOCKS];
} counters;

/* One round on all blocks, with its constants. */
static void mix(counters *c, uint32_t key_0, uint32_t key_1)
{
    for (int i = 0; i < BLOCKS; i++) {
        uint64_t a = (uint64_t)0xd2511f53U * c->word[0][i];
        uint64_t b = (uint64_t)0xcd9e8d57U * c->word[2][i];
        c->word[0][i] = (uint32_t)(b >> 32) ^ c->word[1][i] ^ key_0;
        c->word[1][i] = (uint32_t)b;
        c->word[2][i] = (uint32_t)(a >> 32) ^ c->word[3][i] ^ key_1;
        c->word[3][i] = (uint32_t)a;
    }
}

/* Blocks block .. block + BLOCKS - 1 of the key's stream, as ls_random_block gives them. */
static void blocks_of(const ls_random_key *key, uint32_t block, counters *c)
{
    uint32_t last = ((uint32_t)key->purpose << 16) | (key->layer & 0xffffU);
    for (int i = 0; i < BLOCKS; i++) {
        c->word[0][i] = block + (uint32_t)i;
        c->word[1][i] = key->sample;
        c->word[2][i] = key->epoch;
        c->word[3][i] = last;
    }
    uint32_t key_0 = (uint32_t)key->seed;
    uint32_t key_1 = (uint32_t)(key->seed >> 32);
    for (int round = 0; round < 10; round++) {
        mix(c, key_0, key_1);
        key_0 += 0x9e3779b9U;
        key_1 += 0xbb67ae85U;
    }
}

/* keep: [DRAWN] */
static void compare(const counters *c, uint32_t limit, uint8_t *keep)
{
    for (int i = 0; i < BLOCKS; i++) {
        for (int k = 0; k < 4; k++) {
            keep[4 * i + k] = c->word[k][i] >= limit;
        }
    }
}

void LS_SET(ls_cpu_draw)(const ls_random_key *key, uint32_t limit, int64_t count, uint8_t *keep)
{
    counters c;
    uint8_t drawn[DRAWN];
    for (int64_t at = 0; at < count; at += DRAWN) {
        blocks_of(key, (uint32_t)(at / 4), &c);
        compare(&c, limit, drawn);
        memcpy(keep + at, drawn, (size_t)(count - at < DRAWN ? count - at : DRAWN));
    }
}

void LS_SET(ls_cpu_mask)(int64_t rows, int64_t width, const uint8_t *keep, float scale,
                         const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++, x += width, y += width) {
        for (int64_t i = 0; i < width; i++) {
            y[i] = x[i] * ((float)keep[i] * scale);
        }
    }
}
