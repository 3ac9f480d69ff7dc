/* What each loss is by its definition, apart from the program's own code: for the contract tests.
 */
#ifndef LOCKSTEP_TESTS_LOSS_FORMULAS_H
#define LOCKSTEP_TESTS_LOSS_FORMULAS_H

#include "lockstep/tensor/shape.h"

/* The loss of one image, y and target: [shape], by the name of its type; fails the test for a type
 * without a formula. */
long double loss_formula(const char *name, ls_shape shape, const float *y, const float *target);

#endif
