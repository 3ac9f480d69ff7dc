/* What attention is made of, straight from the formulas: products, softmax, the mean and the
 * maximum along an axis, gates. Sums in double. */
#include "ref.h"

#include <math.h>

void ls_ref_matmul(const ls_matmul *s, const float *a, const float *b, float *z)
{
    for (int64_t i = 0; i < s->m; i++) {
        for (int64_t j = 0; j < s->n; j++) {
            double sum = 0.0;
            for (int64_t k = 0; k < s->k; k++) {
                double left = a[s->a_turned ? k * s->a_row + i : i * s->a_row + k];
                sum += left * b[s->b_turned ? j * s->b_row + k : k * s->b_row + j];
            }
            double kept = s->keep != 0.0F ? s->keep * (double)z[i * s->z_row + j] : 0.0;
            z[i * s->z_row + j] = (float)(s->scale * sum + kept);
        }
    }
}

void ls_ref_softmax_forward(int64_t rows, int columns, const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
        double most = -INFINITY; /* taken away, so that nothing overflows */
        double sum = 0.0;
        for (int j = 0; j < columns; j++) {
            most = x[j] > most || isnan(x[j]) ? x[j] : most;
        }
        for (int j = 0; j < columns; j++) {
            sum += exp(x[j] - most);
        }
        for (int j = 0; j < columns; j++) {
            y[j] = (float)(exp(x[j] - most) / sum);
        }
    }
}

void ls_ref_softmax_backward(int64_t rows, int columns, const float *y, const float *dy, float *dx)
{
    for (int64_t r = 0; r < rows; r++, y += columns, dy += columns, dx += columns) {
        double sum = 0.0;
        for (int j = 0; j < columns; j++) {
            sum += (double)dy[j] * y[j];
        }
        for (int j = 0; j < columns; j++) {
            dx[j] = (float)(y[j] * (dy[j] - sum));
        }
    }
}

/* Over x[0], x[inner], ...: the mean and the place of the first maximum. */
static double squeeze(const ls_axis *s, const float *x, int *which)
{
    double sum = 0.0;
    *which = 0;
    for (int m = 0; m < s->middle; m++) {
        float value = x[(int64_t)m * s->inner];
        float most = x[(int64_t)*which * s->inner];
        sum += value;
        *which = value > most || (isnan(value) && !isnan(most)) ? m : *which;
    }
    return sum / s->middle;
}

void ls_ref_squeeze_forward(const ls_axis *s, const float *x, float *mean, float *most, int *which)
{
    for (int64_t k = 0; k < s->outer * s->inner; k++) {
        const float *line = x + k / s->inner * s->middle * s->inner + k % s->inner;
        int place;
        mean[k] = (float)squeeze(s, line, &place);
        if (most != NULL) {
            most[k] = line[(int64_t)place * s->inner];
            which[k] = place;
        }
    }
}

void ls_ref_squeeze_backward(const ls_axis *s, const int *which, const float *dmean,
                             const float *dmost, float *dx)
{
    for (int64_t k = 0; k < s->outer * s->inner; k++) {
        float *line = dx + k / s->inner * s->middle * s->inner + k % s->inner;
        for (int m = 0; m < s->middle; m++) {
            double more = (double)dmean[k] / s->middle;
            more += dmost != NULL && which[k] == m ? dmost[k] : 0.0;
            line[(int64_t)m * s->inner] += (float)more;
        }
    }
}

void ls_ref_gate_forward(const ls_axis *s, const float *x, const float *gate, float *y)
{
    int64_t line = (int64_t)s->middle * s->inner;
    for (int64_t i = 0; i < s->outer * line; i++) {
        y[i] = x[i] * gate[i / line * s->inner + i % s->inner];
    }
}

void ls_ref_gate_backward(const ls_axis *s, const float *x, const float *gate, const float *dy,
                          float *dx, float *dgate)
{
    for (int64_t k = 0; k < s->outer * s->inner; k++) {
        int64_t at = k / s->inner * s->middle * s->inner + k % s->inner;
        double sum = 0.0;
        for (int m = 0; m < s->middle; m++, at += s->inner) {
            sum += (double)dy[at] * x[at];
            if (dx != NULL) {
                dx[at] = dy[at] * gate[k];
            }
        }
        dgate[k] = (float)sum;
    }
}
