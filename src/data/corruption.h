/* The contract of a corruption, and their list. A new one = a file corrupt_<name>.c with
 * `const ls_corruption ls_corruption_<name>`, a line here and in CMakeLists.txt, and a test in
 * tests/unit/data/test_corrupt.c. */
#ifndef LOCKSTEP_DATA_CORRUPTION_H
#define LOCKSTEP_DATA_CORRUPTION_H

#include "lockstep/base/random.h"
#include "lockstep/data/corrupt.h"

#define LS_CORRUPTION_LIST(X)                                                                      \
    X(gaussian)                                                                                    \
    X(mask)                                                                                        \
    X(salt_pepper)                                                                                 \
    X(rectangle)                                                                                   \
    X(text)                                                                                        \
    X(downscale)

/* One image that is corrupted in place. */
typedef struct ls_corrupt_image {
    const ls_corrupt *settings;
    ls_random_key key; /* of this image and corruption: all of its stream is free to use */
    float *x;          /* [settings->shape] */
    float *spare;      /* [settings->shape] */
} ls_corrupt_image;

struct ls_corruption {
    const char *name;
    /* NULL, or fails with what is wrong about the settings or their shape, naming the option. */
    ls_status (*check)(const ls_corrupt *settings);
    void (*run)(const ls_corrupt_image *image);
};

/* Chooses exactly `wanted` of `count` items, each set of them alike: selection sampling (Knuth, The
 * Art of Computer Programming 2, 3.4.2, algorithm S). The stream's number i decides on item i.
 *
 *     ls_chooser chooser = {.key = &key, .left = count, .wanted = wanted};
 *     for each item:  if (ls_chooser_next(&chooser)) ... */
typedef struct ls_chooser {
    const ls_random_key *key;
    int64_t left, wanted; /* items still to come, and how many of them are chosen */
    int64_t done;         /* items */
    uint32_t bits[4];     /* of the stream's block at hand */
} ls_chooser;
bool ls_chooser_next(ls_chooser *chooser);
/* A fair coin for the item that was chosen last. */
bool ls_chooser_coin(const ls_chooser *chooser);
/* round(fraction * count) */
int64_t ls_chooser_share(double fraction, int64_t count);

#endif
