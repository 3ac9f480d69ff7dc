/* Exact sums: numbers are rounded once to a multiple of a fixed quantum and added as integers, so
 * a sum does not depend on the order of its terms nor on who added them (docs/design.md).
 *
 * A term's rounding error is at most half a quantum, 2^-39; the sum of n terms is within n * 2^-39
 * of the true sum. Range: |sum| < 2^62, up to 2^24 terms between two normalisations; sums of sums
 * over up to 2^24 ranks. NaN and infinity are counted, never added. Local.
 */
#ifndef LOCKSTEP_BASE_SUM_H
#define LOCKSTEP_BASE_SUM_H

#include <stdint.h>

/* Plain integers: two sums are added field by field, on one rank or by an integer allreduce. */
typedef struct ls_sum {
    int64_t whole;      /* units */
    int64_t fraction;   /* units of 2^-38, kept in [0, 2^38) */
    int64_t not_finite; /* terms that were NaN, infinite or beyond 2^52 */
} ls_sum;

#define LS_SUM_WORDS 3 /* int64 words of an ls_sum, for reductions */

void ls_sum_add(ls_sum *sum, double term);
/* sum += other. Words that an allreduce has added become a sum again by merging them into zero. */
void ls_sum_merge(ls_sum *sum, const ls_sum *other);
/* The sum as a double; NaN when a term was not finite. */
double ls_sum_value(const ls_sum *sum);

#endif
