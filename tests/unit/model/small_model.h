/* Small models for the tests of model. */
#ifndef LOCKSTEP_TESTS_SMALL_MODEL_H
#define LOCKSTEP_TESTS_SMALL_MODEL_H

#include "lockstep/model/model.h"

/* Defaults with one argument more ("model.filters=4,8"); further ones with ls_small_set. */
void ls_small_config(ls_config *config, const char *argument);
void ls_small_set(ls_config *config, const char *argument);

const ls_backend *ls_small_ref(void);

/* A model on `ref`; fails the test when it can't be made. Owner: the caller. */
ls_model *ls_small_create(const ls_config *config, ls_shape input, ls_model_use use);

/* Fixed numbers in [0, 1). */
void ls_small_fill(float *a, int64_t count, uint32_t stream);

#endif
