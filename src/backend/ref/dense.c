/* The dense layer straight from its formula, sums in double. */
#include "ref.h"

void ls_ref_dense_forward(int n, int in, int out, const float *x, const float *w, const float *b,
                          float *y)
{
    for (int k = 0; k < n; k++) {
        for (int o = 0; o < out; o++) {
            double sum = b[o];
            for (int i = 0; i < in; i++) {
                sum += (double)x[(int64_t)k * in + i] * w[(int64_t)i * out + o];
            }
            y[(int64_t)k * out + o] = (float)sum;
        }
    }
}

void ls_ref_dense_dx(int n, int in, int out, const float *w, const float *dy, float *dx)
{
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < in; i++) {
            double sum = 0.0;
            for (int o = 0; o < out; o++) {
                sum += (double)dy[(int64_t)k * out + o] * w[(int64_t)i * out + o];
            }
            dx[(int64_t)k * in + i] = (float)sum;
        }
    }
}

void ls_ref_sum_rows(int64_t rows, int out, const float *dy, float *db)
{
    for (int o = 0; o < out; o++) {
        double sum = db[o];
        for (int64_t k = 0; k < rows; k++) {
            sum += dy[k * out + o];
        }
        db[o] = (float)sum;
    }
}

void ls_ref_dense_dw(int n, int in, int out, const float *x, const float *dy, float *dw)
{
    for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++, dw++) {
            double sum = *dw;
            for (int k = 0; k < n; k++) {
                sum += (double)x[(int64_t)k * in + i] * dy[(int64_t)k * out + o];
            }
            *dw = (float)sum;
        }
    }
}

void ls_ref_dense_db(int n, int out, const float *dy, float *db)
{
    ls_ref_sum_rows(n, out, dy, db);
}
