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

/* z with P(Z < z) = p for a standard normal Z, within 1e-15 |z| or so: algorithm AS 241, PPND16
 * (Wichura, Applied Statistics 37, 1988). -infinity and infinity for p = 0 and 1, else NaN outside
 * of (0, 1). */
double ls_normal_quantile(double p);

#endif
