/* A small engine on synthetic images, alone: for the tests of what a step does to the weights. */
#ifndef LOCKSTEP_TESTS_SMALL_ENGINE_H
#define LOCKSTEP_TESTS_SMALL_ENGINE_H

#include "unit/cmocka_all.h"

#include "lockstep/train/engine.h"

typedef struct small_engine {
    ls_config config;
    ls_comm *comm;     /* owned, as all below */
    ls_dataset *data;  /* 12 images of 8x8x3, its epoch 0 begun */
    ls_engine *engine; /* conv, relu and dense, and back; SGD without momentum, lr = 0.5 */
} small_engine;

/* arguments [count]: on top. Fails the test on an error. */
void small_engine_create(small_engine *e, int count, const char *const *arguments);
void small_engine_destroy(small_engine *e);
/* One step on the epoch's only batch. */
void small_engine_step(small_engine *e, int64_t step);

#endif
