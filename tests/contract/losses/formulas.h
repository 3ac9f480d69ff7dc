/* What each loss is by its definition, apart from the program's own code: for the contract tests.
 */
#ifndef LOCKSTEP_TESTS_LOSS_FORMULAS_H
#define LOCKSTEP_TESTS_LOSS_FORMULAS_H

#include "lockstep/tensor/shape.h"

/* The loss of one image, y and target: [shape], by its term: the name of its type, "huber", or
 * with its number, "huber(0.11)"; fails the test for a type without a formula. */
long double loss_formula(const char *term, ls_shape shape, const float *y, const float *target);

#endif
