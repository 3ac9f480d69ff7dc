/* The mean and the maximum along an axis, and gates: an axis of places has channels side by side;
 * an axis of channels (inner = 1) is summed in a fixed number of parts. */
#include "cpu.h"

#include <string.h>

#define PARTS 16

/* to[i] += from[m,i] over m */
static void sum_lines(int middle, int inner, const float *restrict from, float *restrict to)
{
    for (int m = 0; m < middle; m++, from += inner) {
        for (int i = 0; i < inner; i++) {
            to[i] += from[i];
        }
    }
}

static float add_up(const float parts[PARTS])
{
    float sum = 0.0F;
    for (int i = 0; i < PARTS; i++) {
        sum += parts[i];
    }
    return sum;
}

static float sum_line(int middle, const float *x)
{
    float parts[PARTS] = {0.0F};
    sum_lines(middle / PARTS, PARTS, x, parts);
    sum_lines(1, middle % PARTS, x + middle / PARTS * PARTS, parts);
    return add_up(parts);
}

static void find_mean(const ls_axis *s, const float *x, float *mean)
{
    float share = 1.0F / (float)s->middle;
    memset(mean, 0, sizeof *mean * (size_t)s->inner);
    if (s->inner == 1) {
        mean[0] = sum_line(s->middle, x);
    } else {
        sum_lines(s->middle, s->inner, x, mean);
    }
    for (int i = 0; i < s->inner; i++) {
        mean[i] *= share;
    }
}

static void find_most(const ls_axis *s, const float *restrict x, float *restrict most,
                      int *restrict which)
{
    memcpy(most, x, sizeof *most * (size_t)s->inner);
    memset(which, 0, sizeof *which * (size_t)s->inner);
    for (int m = 1; m < s->middle; m++) {
        x += s->inner;
        for (int i = 0; i < s->inner; i++) {
            bool larger = !(x[i] <= most[i]) & (most[i] == most[i]);
            most[i] = larger ? x[i] : most[i];
            which[i] = larger ? m : which[i];
        }
    }
}

void LS_SET(ls_cpu_squeeze_forward)(const ls_axis *s, const float *x, float *mean, float *most,
                                    int *which)
{
    for (int64_t k = 0; k < s->outer; k++, x += (int64_t)s->middle * s->inner) {
        find_mean(s, x, mean + k * s->inner);
        if (most != NULL) {
            find_most(s, x, most + k * s->inner, which + k * s->inner);
        }
    }
}

/* Every value of a line gets its share of dmean. */
static void give_mean(const ls_axis *s, const float *restrict dmean, float *restrict dx)
{
    float share = 1.0F / (float)s->middle;
    for (int m = 0; m < s->middle; m++) {
        for (int i = 0; i < s->inner; i++) {
            dx[(int64_t)m * s->inner + i] += dmean[i] * share;
        }
    }
}

void LS_SET(ls_cpu_squeeze_backward)(const ls_axis *s, const int *which, const float *dmean,
                                     const float *dmost, float *dx)
{
    for (int64_t k = 0; k < s->outer; k++, dx += (int64_t)s->middle * s->inner) {
        give_mean(s, dmean + k * s->inner, dx);
        for (int64_t i = 0; dmost != NULL && i < s->inner; i++) {
            dx[(int64_t)which[k * s->inner + i] * s->inner + i] += dmost[k * s->inner + i];
        }
    }
}

void LS_SET(ls_cpu_gate_forward)(const ls_axis *s, const float *x, const float *gate, float *y)
{
    for (int64_t k = 0; k < s->outer; k++, gate += s->inner) {
        for (int m = 0; m < s->middle; m++, x += s->inner, y += s->inner) {
            for (int i = 0; i < s->inner; i++) {
                y[i] = x[i] * gate[i];
            }
        }
    }
}

/* to[i] += a[m,i] b[m,i] over m */
static void sum_products(int middle, int inner, const float *restrict a, const float *restrict b,
                         float *restrict to)
{
    for (int m = 0; m < middle; m++, a += inner, b += inner) {
        for (int i = 0; i < inner; i++) {
            to[i] += a[i] * b[i];
        }
    }
}

static float sum_line_products(int middle, const float *a, const float *b)
{
    float parts[PARTS] = {0.0F};
    int whole = middle / PARTS * PARTS;
    sum_products(middle / PARTS, PARTS, a, b, parts);
    sum_products(1, middle % PARTS, a + whole, b + whole, parts);
    return add_up(parts);
}

void LS_SET(ls_cpu_gate_backward)(const ls_axis *s, const float *x, const float *gate,
                                  const float *dy, float *dx, float *dgate)
{
    int64_t line = (int64_t)s->middle * s->inner;
    for (int64_t k = 0; k < s->outer; k++) {
        float *to = dgate + k * s->inner;
        memset(to, 0, sizeof *to * (size_t)s->inner);
        if (s->inner == 1) {
            *to = sum_line_products(s->middle, x + k * line, dy + k * line);
        } else {
            sum_products(s->middle, s->inner, x + k * line, dy + k * line, to);
        }
    }
    if (dx != NULL) {
        LS_SET(ls_cpu_gate_forward)(s, dy, gate, dx);
    }
}
