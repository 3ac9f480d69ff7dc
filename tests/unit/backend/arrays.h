/* Arrays of test numbers, and their comparison. */
#ifndef LOCKSTEP_TESTS_UNIT_BACKEND_ARRAYS_H
#define LOCKSTEP_TESTS_UNIT_BACKEND_ARRAYS_H

#include "lockstep/backend/backend.h"

/* Calls check(backend) with the table of `cpu` for each kernel set that this CPU has, and
 * for those of which the small products may be another library's. */
void for_each_set(void (*check)(const ls_backend *backend));
const ls_backend *reference(void);

/* New arrays with guard values behind them; free them with drop, which checks the guards. */
float *zeros(int64_t count);
/* Numbers in [-1, 1) that `seed` determines. */
float *numbers(int64_t count, uint64_t seed);
float *copy_of(const float *from, int64_t count);
void drop(float *array, int64_t count);

/* Fails unless every |got - want| is at most `bound` times the largest |want|. */
void expect_near(const char *what, const float *got, const float *want, int64_t count,
                 double bound);

#endif
