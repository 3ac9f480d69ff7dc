/* softmax of rows, with exp of our own (exponential.h). Sums in a fixed number of parts, so that
 * every kernel set gives the same bits. */
#include "cpu.h"
#include "exponential.h"

#define PARTS 16

/* A NaN stays. */
static float largest(int columns, const float *x)
{
    float most = x[0];
    for (int j = 1; j < columns; j++) {
        bool larger = !(x[j] <= most) & (most == most);
        most = larger ? x[j] : most;
    }
    return most;
}

static double add_up(const double parts[PARTS])
{
    double sum = 0.0;
    for (int i = 0; i < PARTS; i++) {
        sum += parts[i];
    }
    return sum;
}

static double sum_of(int columns, const float *restrict y)
{
    double parts[PARTS] = {0.0};
    int whole = columns - columns % PARTS;
    for (int j = 0; j < whole; j += PARTS) {
        for (int i = 0; i < PARTS; i++) {
            parts[i] += (double)y[j + i];
        }
    }
    for (int j = whole; j < columns; j++) {
        parts[j - whole] += (double)y[j];
    }
    return add_up(parts);
}

static double sum_of_products(int columns, const float *restrict a, const float *restrict b)
{
    double parts[PARTS] = {0.0};
    int whole = columns - columns % PARTS;
    for (int j = 0; j < whole; j += PARTS) {
        for (int i = 0; i < PARTS; i++) {
            parts[i] += (double)a[j + i] * (double)b[j + i];
        }
    }
    for (int j = whole; j < columns; j++) {
        parts[j - whole] += (double)a[j] * (double)b[j];
    }
    return add_up(parts);
}

/* e^x for x <= 0 and NaN; below e^-87 it is as good as e^-87, which no sum of rows sees. */
static inline float falling(float x)
{
    exponential e = exponential_parts(x < -87.0f ? -87.0f : x);
    return e.power + e.power * e.p;
}

void LS_SET(ls_cpu_softmax_forward)(int64_t rows, int columns, const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
        float most = largest(columns, x);
        for (int j = 0; j < columns; j++) {
            y[j] = falling(x[j] - most);
        }
        float share = (float)(1.0 / sum_of(columns, y));
        for (int j = 0; j < columns; j++) {
            y[j] *= share;
        }
    }
}

void LS_SET(ls_cpu_softmax_backward)(int64_t rows, int columns, const float *y, const float *dy,
                                     float *dx)
{
    for (int64_t r = 0; r < rows; r++, y += columns, dy += columns, dx += columns) {
        float sum = (float)sum_of_products(columns, y, dy);
        for (int j = 0; j < columns; j++) {
            dx[j] = y[j] * (dy[j] - sum);
        }
    }
}
