/* What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput: libFuzzer calls it
 * with inputs that it invents (the preset `fuzz`), replay.c with the stored ones (ctest). */
#ifndef LOCKSTEP_TESTS_FUZZ_FUZZ_H
#define LOCKSTEP_TESTS_FUZZ_FUZZ_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which is a finding, unless the condition holds. */
void fuzz_require(bool condition, const char *what);
/* A status must be LS_OK, or LS_BAD_INPUT with a message that holds `name`. True when LS_OK. */
bool fuzz_judge(ls_status status, const char *name);

/* The path of a file in memory with this content, until the next call. */
const char *fuzz_file(const void *data, size_t bytes);

/* A copy ended by '\0', of exactly bytes + 1, so that reading beyond it is seen. Owner: the caller,
 * free. */
char *fuzz_text(const void *data, size_t bytes);

#endif
