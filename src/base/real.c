/* Functions of real numbers from additions, multiplications and divisions, each rounded on its own.
 */
#include "lockstep/base/real.h"

#include <math.h>

#define PI           0x1.921fb54442d18p1
#define LOG10_E      0x1.bcb7b1526e50ep-2
#define LOG10_2_HIGH 0x1.34413509f8p-2 /* times an exponent it is exact */
#define LOG10_2_LOW  (-0x1.80433b83b532ap-44)
#define LOG2_E       0x1.71547652b82fep+0
#define LOG_2_HIGH   0x1.62e42feep-1 /* likewise */
#define LOG_2_LOW    0x1.a39ef35793c76p-33

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

/* What the logarithm of x is where it is no finite number. */
static double without_logarithm(double x)
{
    return x > 0 ? x : x == 0 ? -HUGE_VAL : NAN;
}

/* m in [1/sqrt(2), sqrt(2)] with x = m 2^exponent, for finite x > 0. */
static double cut(double x, int *exponent)
{
    double m = frexp(x, exponent);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        *exponent -= 1;
    }
    return m;
}

double ls_log10(double x)
{
    if (!(x > 0) || !isfinite(x)) {
        return without_logarithm(x);
    }
    int exponent;
    double rest = log_near_one(cut(x, &exponent)) * LOG10_E;
    return exponent * LOG10_2_HIGH + (rest + exponent * LOG10_2_LOW);
}

double ls_ln(double x)
{
    if (!(x > 0) || !isfinite(x)) {
        return without_logarithm(x);
    }
    int exponent;
    double rest = log_near_one(cut(x, &exponent));
    return exponent * LOG_2_HIGH + (rest + exponent * LOG_2_LOW);
}

/* The Taylor series around 0, for |x| <= pi / 4: 1 + series(0) and x + x * series(1) are cos x and
 * sin x. Terms behind x^18 / 18! fall below half a last place. */
static double series(double x, int odd)
{
    double square = x * x;
    double sum = 0;
    for (int k = 18 + odd; k >= 2 + odd; k -= 2) {
        sum = -(1 + sum) * square / (k * (k - 1));
    }
    return sum;
}

double ls_cos_pi(double t)
{
    t = fmod(fabs(t), 2); /* without rounding, like the differences below */
    t = t > 1 ? 2 - t : t;
    if (t > 0.25 && t < 0.75) {
        double x = PI * (0.5 - t);
        return x + x * series(x, 1);
    }
    double cosine = 1 + series(PI * (t < 0.5 ? t : 1 - t), 0);
    return t < 0.5 ? cosine : -cosine;
}

double ls_power(double base, int64_t exponent)
{
    double result = 1.0;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) {
            result *= base;
        }
        base *= base;
    }
    return result;
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
    double r = (x - k * LOG_2_HIGH) - k * LOG_2_LOW;
    double sum = 0;
    for (int i = (int)(sizeof terms / sizeof terms[0]) - 1; i >= 0; i--) {
        sum = sum * r + terms[i];
    }
    return ldexp(sum, (int)k);
}
