/* Functions of real numbers whose bits are the same on every CPU: a C library picks its own forms
 * by what the CPU can do (with or without fused multiply-add), and their last bits differ. Local.
 */
#ifndef LOCKSTEP_BASE_REAL_H
#define LOCKSTEP_BASE_REAL_H

/* log10(x), within 4 units in the last place; as the C library's for 0, negative numbers, infinity
 * and NaN. */
double ls_log10(double x);
/* The natural logarithm, likewise. */
double ls_ln(double x);
/* e^x, within 2 units in the last place (of a denormal number: 1 more); 0 below, infinity above
 * what a double holds. */
double ls_exp(double x);

#endif
