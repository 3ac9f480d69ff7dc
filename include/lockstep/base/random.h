/* Random numbers as a pure function of (seed, purpose, layer, epoch, sample, element):
 * Philox4x32-10 (Salmon et al., SC 2011) from Random123. Nothing to save, nothing that depends on
 * ranks. All functions are local and cannot fail.
 */
#ifndef LOCKSTEP_BASE_RANDOM_H
#define LOCKSTEP_BASE_RANDOM_H

#include <stdint.h>

/* What a number is for: two purposes never share a stream. Stored runs depend on these values. */
typedef enum ls_purpose {
    LS_PURPOSE_INIT = 1,
    LS_PURPOSE_ORDER = 2,
    LS_PURPOSE_SPLIT = 3,
    LS_PURPOSE_SYNTHETIC = 4,
    LS_PURPOSE_TEST = 5,
    LS_PURPOSE_LATENT = 6,
    LS_PURPOSE_DROPOUT = 7,
    LS_PURPOSE_AUGMENT = 10,
    LS_PURPOSE_CORRUPT = 11,       /* of training images */
    LS_PURPOSE_CORRUPT_FIXED = 12, /* of images to validate on and to evaluate: epoch 0 */
    LS_PURPOSE_PROBE = 20,
    LS_PURPOSE_SAMPLE = 21, /* codes to decode: layer 0, epoch 0, sample = which */
} ls_purpose;

typedef struct ls_random_key {
    uint64_t seed;
    ls_purpose purpose; /* 16 bits */
    uint32_t layer;     /* 16 bits */
    uint32_t epoch;
    uint32_t sample;
} ls_random_key;

/* Four independent 32-bit numbers for block `block` of the key's stream. */
void ls_random_block(const ls_random_key *key, uint32_t block, uint32_t out[4]);
/* Number `element` of the stream: 32 random bits, or uniform in [0, 1) with 24 bits. */
uint32_t ls_random_bits(const ls_random_key *key, uint32_t element);
float ls_random_uniform(const ls_random_key *key, uint32_t element);
/* A standard normal number, |z| < 6.4: the quantile (base/real.h) of (bits + 1/2) / 2^32. */
float ls_random_normal(const ls_random_key *key, uint32_t element);
/* One of 0 .. count-1, with probabilities within 2^-32 of each other. */
uint32_t ls_random_below(const ls_random_key *key, uint32_t element, uint32_t count);
/* The same of given bits, for whoever takes whole blocks. */
float ls_random_normal_of(uint32_t bits);

/* A keyed permutation of 0 .. count-1, computed point by point: a balanced Feistel network of four
 * Philox rounds on the next even power of two, walked until the value falls below count (Black and
 * Rogaway, CT-RSA 2002). No memory, the same on any number of ranks. */
typedef struct ls_permutation {
    ls_random_key key;
    uint64_t count;
    unsigned half_bits;
} ls_permutation;

ls_permutation ls_permutation_make(uint64_t seed, ls_purpose purpose, uint32_t epoch,
                                   uint64_t count);
/* Both directions: ls_permutation_invert(p, ls_permutation_apply(p, i)) == i for i < count. */
uint64_t ls_permutation_apply(const ls_permutation *permutation, uint64_t index);
uint64_t ls_permutation_invert(const ls_permutation *permutation, uint64_t value);

#endif
