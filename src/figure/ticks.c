/* Ticks at round numbers. */
#include "ticks.h"

#include "lockstep/base/real.h"

#include <math.h>
#include <stdio.h>

#define DECADES_MANY 3.0 /* so many have ticks at powers of 10 alone */
#define DECADES_SOME 0.9 /* so many at 1, 2 and 5 times those */
#define LINEAR_MOST  8

/* 10^exponent, rounded once where that is possible, so that its text is short. */
static double decade(int exponent)
{
    double power = ls_power(10, exponent < 0 ? -exponent : exponent);
    return exponent < 0 ? 1 / power : power;
}

static void add(ls_ticks *ticks, double at)
{
    if (ticks->count < LS_TICKS_MAX) {
        ticks->at[ticks->count] = at;
        snprintf(ticks->text[ticks->count], LS_TICK_TEXT_CHARS, "%.10g", at);
        ticks->count++;
    }
}

/* The least of 1, 2, 5, 10, ... with which at most `most` multiples are in the range. */
static double step_for(double low, double high, int most)
{
    static const double mantissas[] = {1, 2, 5};
    int exponent = (int)floor(ls_log10((high - low) / most));
    double step = decade(exponent);
    for (int i = 0; floor(high / step) - ceil(low / step) + 1 > most; i++) {
        step = mantissas[i % 3] * decade(exponent + i / 3);
    }
    return step;
}

/* Multiples of the step; of a step below 1, multiples of a whole number of parts of 1. */
static void add_multiples(ls_ticks *ticks, double low, double high, double step)
{
    for (double k = ceil(low / step); k * step <= high && ticks->count < LS_TICKS_MAX; k++) {
        add(ticks, step < 1 ? k / (1 / step) : k * step);
    }
}

void ls_ticks_whole(ls_ticks *ticks, double low, double high, int most)
{
    ticks->count = 0;
    double step = step_for(low, high, most);
    add_multiples(ticks, low, high, step < 1 ? 1 : step);
}

static void add_decades(ls_ticks *ticks, double low, double high, int stride)
{
    static const double mantissas[] = {1, 2, 5};
    int first = (int)floor(ls_log10(low));
    for (int e = first; decade(e) <= high; e++) {
        for (int i = 0; i < (stride > 0 ? 1 : 3); i++) {
            double at = e < 0 ? mantissas[i] / decade(-e) : mantissas[i] * decade(e);
            if (at >= low && at <= high && (stride == 0 || e % stride == 0)) {
                add(ticks, at);
            }
        }
    }
}

void ls_ticks_log(ls_ticks *ticks, double low, double high)
{
    ticks->count = 0;
    double decades = ls_log10(high / low);
    if (decades >= DECADES_MANY) {
        add_decades(ticks, low, high, 1 + (int)(decades / 10));
    } else if (decades >= DECADES_SOME) {
        add_decades(ticks, low, high, 0);
    } else {
        add_multiples(ticks, low, high, step_for(low, high, LINEAR_MOST));
    }
}
