/* Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004).
 *
 * Around every position whose window lies in the image, with w the Gaussian window (sum 1):
 *     mx = sum w x,  vx = sum w x^2 - mx^2,  cxy = sum w x y - mx my,  and the same for y
 *     s  = (2 mx my + C1)(2 cxy + C2) / ((mx^2 + my^2 + C1)(vx + vy + C2))
 * The five weighted sums are separable: first along rows into scratch, then along columns. Their
 * differences cancel, hence double throughout.
 */
#include "lockstep/study/study.h"

#include <math.h>

#define WINDOW 11
#define EDGE   (WINDOW - 1)
#define SIGMA  1.5
#define C1     (0.01 * 0.01)
#define C2     (0.03 * 0.03)
#define SUMS   5 /* x, y, x^2, y^2, x y */

ls_status ls_ssim_check(ls_shape shape)
{
    char text[LS_SHAPE_CHARS];
    LS_REQUIRE(shape.h >= WINDOW && shape.w >= WINDOW, LS_BAD_INPUT,
               "images of %s are too small for SSIM, whose window is %dx%d",
               ls_shape_text(shape, text), WINDOW, WINDOW);
    return LS_OK;
}

size_t ls_ssim_scratch(ls_shape shape)
{
    return sizeof(double) * SUMS * (size_t)shape.h * (size_t)(shape.w - EDGE);
}

static void make_window(double weights[WINDOW])
{
    const int middle = WINDOW / 2;
    double total = 0;
    for (int i = 0; i < WINDOW; i++) {
        double at = (i - middle) / SIGMA;
        weights[i] = exp(-0.5 * at * at);
        total += weights[i];
    }
    for (int i = 0; i < WINDOW; i++) {
        weights[i] /= total;
    }
}

/* One channel along rows; x, y point to its first value. rows: [SUMS, h, w - EDGE]. */
static void filter_rows(ls_shape shape, const float *x, const float *y, const double *weights,
                        double *rows)
{
    int columns = shape.w - EDGE;
    int64_t plane = (int64_t)shape.h * columns;
    for (int r = 0; r < shape.h; r++) {
        for (int c = 0; c < columns; c++) {
            double sums[SUMS] = {0};
            int64_t at = ((int64_t)r * shape.w + c) * shape.c;
            for (int i = 0; i < WINDOW; i++, at += shape.c) {
                double a = (double)x[at];
                double b = (double)y[at];
                sums[0] += weights[i] * a;
                sums[1] += weights[i] * b;
                sums[2] += weights[i] * (a * a);
                sums[3] += weights[i] * (b * b);
                sums[4] += weights[i] * (a * b);
            }
            for (int k = 0; k < SUMS; k++) {
                rows[k * plane + (int64_t)r * columns + c] = sums[k];
            }
        }
    }
}

static double similarity(const double sums[SUMS])
{
    double mx = sums[0];
    double my = sums[1];
    double vx = sums[2] - mx * mx;
    double vy = sums[3] - my * my;
    double cxy = sums[4] - mx * my;
    return (2 * mx * my + C1) * (2 * cxy + C2) / ((mx * mx + my * my + C1) * (vx + vy + C2));
}

/* Along columns, and the similarity of each position; returns their sum. */
static double sum_positions(ls_shape shape, const double *weights, const double *rows)
{
    int columns = shape.w - EDGE;
    int64_t plane = (int64_t)shape.h * columns;
    double total = 0;
    for (int r = 0; r < shape.h - EDGE; r++) {
        for (int c = 0; c < columns; c++) {
            double sums[SUMS] = {0};
            const double *at = rows + (int64_t)r * columns + c;
            for (int i = 0; i < WINDOW; i++, at += columns) {
                for (int k = 0; k < SUMS; k++) {
                    sums[k] += weights[i] * at[k * plane];
                }
            }
            total += similarity(sums);
        }
    }
    return total;
}

double ls_ssim(ls_shape shape, const float *x, const float *y, void *scratch)
{
    double weights[WINDOW];
    make_window(weights);
    double total = 0;
    for (int c = 0; c < shape.c; c++) {
        filter_rows(shape, x + c, y + c, weights, scratch);
        total += sum_positions(shape, weights, scratch);
    }
    return total / ((double)(shape.h - EDGE) * (shape.w - EDGE) * shape.c);
}
