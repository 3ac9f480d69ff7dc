/* Exact sums of doubles as integers. */
#include "lockstep/base/sum.h"

#include <math.h>

#define FRACTION_BITS 38
#define FRACTION_ONE  (INT64_C(1) << FRACTION_BITS)
#define LIMIT         0x1p52 /* a larger double has no fraction, and is no sum of ours */

/* Makes the two words of a value unique, so that equal sums have equal words. */
static void carry(ls_sum *sum)
{
    sum->whole += sum->fraction / FRACTION_ONE;
    sum->fraction %= FRACTION_ONE;
}

void ls_sum_add(ls_sum *sum, double term)
{
    if (!(fabs(term) < LIMIT)) { /* NaN too */
        sum->not_finite++;
        return;
    }
    double whole = floor(term);
    /* Both steps are exact but for the one rounding to the quantum. */
    sum->whole += (int64_t)whole;
    sum->fraction += (int64_t)rint((term - whole) * (double)FRACTION_ONE);
    carry(sum);
}

void ls_sum_merge(ls_sum *sum, const ls_sum *other)
{
    sum->whole += other->whole;
    sum->fraction += other->fraction;
    sum->not_finite += other->not_finite;
    carry(sum);
}

double ls_sum_value(const ls_sum *sum)
{
    if (sum->not_finite != 0) {
        return (double)NAN;
    }
    return (double)sum->whole + (double)sum->fraction / (double)FRACTION_ONE;
}
