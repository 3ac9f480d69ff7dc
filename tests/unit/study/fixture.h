/* A small untrained model on synthetic images, written as a checkpoint and opened for study. */
#ifndef LOCKSTEP_TESTS_STUDY_FIXTURE_H
#define LOCKSTEP_TESTS_STUDY_FIXTURE_H

#include "unit/cmocka_all.h"

#include "lockstep/study/study.h"

#define TEST_IMAGES 21 /* five lanes of 4 and one image */
#define LANE        4
#define SIDE        16
#define CODE        6

typedef struct fixture {
    char folder[64]; /* temporary, removed at the end */
    char checkpoint[128];
    ls_comm *comm;
    ls_trained trained;
    uint8_t pixels[TEST_IMAGES * SIDE * SIDE * 3]; /* [TEST_IMAGES, SIDE, SIDE, 3] */
    uint8_t labels[TEST_IMAGES];
} fixture;

/* Setup and teardown of a cmocka group; *state is a fixture. */
int fixture_make(void **state);
int fixture_remove(void **state);
/* Another model in its place: of the same settings, but for `count` of them. */
ls_status fixture_change(fixture *f, int count, const char *const *changes);
/* A path in the temporary folder; valid until the next call. */
const char *fixture_path(const fixture *f, const char *name);

#endif
