/* Logarithms and e^x from additions, multiplications and divisions, each rounded on its own. */
#include "lockstep/base/real.h"

#include <math.h>
#include <stdbool.h>

#define LOG10_E      0x1.bcb7b1526e50ep-2
#define LOG10_2_HIGH 0x1.34413509f8p-2 /* times an exponent it is exact */
#define LOG10_2_LOW  (-0x1.80433b83b532ap-44)
#define LN_2_HIGH    0x1.62e42fee00000p-1 /* likewise */
#define LN_2_LOW     0x1.a39ef35793c76p-33
#define LOG2_E       0x1.71547652b82fep+0

/* ln(m) for m in [1/sqrt(2), sqrt(2)] by 2 atanh(s), s = (m - 1) / (m + 1): terms s^k / k fall
 * below half a last place at k = 23. */
static double log_near_one(double m)
{
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 0;
    for (int k = 23; k >= 3; k -= 2) {
        sum = (sum + 1.0 / k) * square;
    }
    return 2 * s + 2 * s * sum;
}

/* Whether x is 2^*exponent m with m in [1/sqrt(2), sqrt(2)]; else what every logarithm makes of it
 * stands in *m. */
static bool split(double x, double *m, int *exponent)
{
    if (!(x > 0) || !isfinite(x)) {
        *m = x > 0 ? x : x == 0 ? -HUGE_VAL : NAN;
        return false;
    }
    *m = frexp(x, exponent);
    if (*m < 0x1.6a09e667f3bcdp-1) {
        *m *= 2;
        --*exponent;
    }
    return true;
}

double ls_log10(double x)
{
    double m;
    int exponent;
    if (!split(x, &m, &exponent)) {
        return m;
    }
    double rest = log_near_one(m) * LOG10_E + exponent * LOG10_2_LOW;
    return exponent * LOG10_2_HIGH + rest;
}

double ls_ln(double x)
{
    double m;
    int exponent;
    if (!split(x, &m, &exponent)) {
        return m;
    }
    double rest = log_near_one(m) + exponent * LN_2_LOW;
    return exponent * LN_2_HIGH + rest;
}

/* x = k ln 2 + r with |r| <= ln 2 / 2: Taylor's terms r^i / i! fall below half a last place at
 * i = 14. */
double ls_exp(double x)
{
    static const double terms[] = {1.0,
                                   1.0,
                                   1.0 / 2,
                                   1.0 / 6,
                                   1.0 / 24,
                                   1.0 / 120,
                                   1.0 / 720,
                                   1.0 / 5040,
                                   1.0 / 40320,
                                   1.0 / 362880,
                                   1.0 / 3628800,
                                   1.0 / 39916800,
                                   1.0 / 479001600,
                                   1.0 / 6227020800};
    if (!(x > -746)) {
        return isnan(x) ? x : 0;
    }
    if (x > 710) {
        return HUGE_VAL;
    }
    double k = rint(x * LOG2_E);
    double r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    double sum = 0;
    for (int i = (int)(sizeof terms / sizeof terms[0]) - 1; i >= 0; i--) {
        sum = sum * r + terms[i];
    }
    return ldexp(sum, (int)k);
}
