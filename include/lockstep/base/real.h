/* Functions of real numbers whose bits are the same on every CPU: a C library picks its own forms
 * by what the CPU can do (with or without fused multiply-add), and their last bits differ. Local.
 */
#ifndef LOCKSTEP_BASE_REAL_H
#define LOCKSTEP_BASE_REAL_H

#include <stdint.h>

/* log10(x), within 4 units in the last place; as the C library's for 0, negative numbers, infinity
 * and NaN. */
double ls_log10(double x);
/* The natural logarithm, likewise. */
double ls_ln(double x);

/* z with P(Z < z) = p for a standard normal Z, within 1e-15 |z| or so: algorithm AS 241, PPND16
 * (Wichura, Applied Statistics 37, 1988). -infinity and infinity for p = 0 and 1, else NaN outside
 * of (0, 1). */
double ls_normal_quantile(double p);
/* cos(pi t) for any finite t, within 2 units in the last place; exact where it is 0, 1 or -1. */
double ls_cos_pi(double t);
/* base^exponent, exponent >= 0, by repeated squaring. */
double ls_power(double base, int64_t exponent);
/* e^x, within 2 units in the last place (of a denormal number: 1 more); 0 below, infinity above
 * what a double holds. */
double ls_exp(double x);

#endif
