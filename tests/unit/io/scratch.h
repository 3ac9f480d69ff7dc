/* A folder for a test's files, removed with all in it. */
#ifndef LOCKSTEP_TESTS_UNIT_IO_SCRATCH_H
#define LOCKSTEP_TESTS_UNIT_IO_SCRATCH_H

#include "lockstep/base/text.h"

#include <stddef.h>

/* Group setup and teardown of cmocka. */
int scratch_make(void **state);
int scratch_remove(void **state);

/* The path of `name` in the folder: valid until the fourth call after this. "" is the folder. */
const char *scratch_path(const char *name);
/* Writes a file by plain means; fails the test when it can't. */
void scratch_write(const char *path, const void *data, size_t bytes);

/* Fails the test unless the last error's message holds `part`. */
void scratch_expect_message(const char *part);

#endif
