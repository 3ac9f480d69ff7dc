/* Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004).
 *
 * Around every position p whose window lies in the image, with w the Gaussian window (sum 1):
 *     mx = sum w x,  vx = sum w x^2 - mx^2,  cxy = sum w x y - mx my,  and the same for y
 *     A1 = 2 mx my + C1,  A2 = 2 cxy + C2,  B1 = mx^2 + my^2 + C1,  B2 = vx + vy + C2
 *     s  = A1 A2 / (B1 B2)
 * SSIM is the mean of s over positions and channels.
 *
 * Its gradient: s is a function of the three sums that hold y, my, syy = sum w y^2 and
 * sxy = sum w x y. With q = 1 / (B1 B2), and since A2 holds -2 mx my and B2 holds -my^2,
 *     ds/dmy  = 2 mx (A2 - A1) q - 2 my s (B2 - B1) q
 *     ds/dsyy = -s B1 q
 *     ds/dsxy = 2 A1 q
 * A value y[j] is in the windows of the positions p around it, by weight w[j - p] in my, 2 y[j]
 * w[j - p] in syy and x[j] w[j - p] in sxy, so that with (f * w)[j] = sum_p f[p] w[j - p]
 *     d(sum of s)/dy[j] = (ds/dmy * w)[j] + 2 y[j] (ds/dsyy * w)[j] + x[j] (ds/dsxy * w)[j].
 * The window is symmetric: f * w is the weighted sum around j of f, with zeros outside.
 *
 * All weighted sums are separable: first down the lines, where an image's lines are one long line
 * whose taps lie a line apart, then along them, where taps lie a pixel apart; so channels need not
 * be taken apart. Differences of the sums cancel, hence double throughout.
 */
#include "lockstep/loss/ssim.h"

#include "lockstep/loss/loss.h"

#include <string.h>

#define WINDOW 11
#define EDGE   (WINDOW - 1)
#define C1     (0.01 * 0.01)
#define C2     (0.03 * 0.03)
#define SUMS   5 /* of x, y, x^2, y^2, x y */

/* exp(-i^2 / (2 * 1.5^2)) for i = -5 to 5, divided by their sum: numbers, since exp may differ in
 * its last bit from one C library to another. */
static const double window[WINDOW] = {
    0x1.0d956b52a1d6fp-10, 0x1.f1fe01ae5a5b7p-8, 0x1.26eb175d83f66p-5, 0x1.bff0fe8e98418p-4,
    0x1.b43c3f52b19f2p-3,  0x1.106560aa892c0p-2, 0x1.b43c3f52b19f2p-3, 0x1.bff0fe8e98418p-4,
    0x1.26eb175d83f66p-5,  0x1.f1fe01ae5a5b7p-8, 0x1.0d956b52a1d6fp-10};

/* Sizes, and where things stand in the scratch memory. A line is [w, c] values. */
typedef struct room {
    int64_t line, lines;   /* of the image */
    int64_t across, down;  /* positions of a line, with their channels; lines of positions */
    int64_t padded;        /* across with EDGE pixels on both sides */
    int64_t places, count; /* across * down, line * lines */
    double *plane;         /* [lines, line] or [down, padded] */
    double *tall;          /* [lines + EDGE, line] */
    double *sums;          /* [SUMS, places]; then their derivatives */
    double *gradient;      /* [lines, line] */
} room;

static room measure(ls_shape shape)
{
    room r = {.line = (int64_t)shape.w * shape.c,
              .lines = shape.h,
              .across = (int64_t)(shape.w - EDGE) * shape.c,
              .down = shape.h - EDGE,
              .padded = (int64_t)(shape.w + EDGE) * shape.c};
    r.places = r.across * r.down;
    r.count = r.line * r.lines;
    return r;
}

/* Values of r.plane. */
static int64_t plane_count(const room *r)
{
    int64_t padded = r->padded * r->down;
    return padded > r->count ? padded : r->count;
}

static int64_t tall_count(const room *r)
{
    return (r->lines + EDGE) * r->line;
}

ls_status ls_ssim_check(const ls_backend *backend, ls_shape shape)
{
    char text[LS_SHAPE_CHARS];
    LS_LOSS_NEEDS(backend, "ssim", filter);
    LS_REQUIRE(shape.h >= WINDOW && shape.w >= WINDOW, LS_BAD_INPUT,
               "images of %s are too small for SSIM, whose window is %dx%d",
               ls_shape_text(shape, text), WINDOW, WINDOW);
    return LS_OK;
}

size_t ls_ssim_scratch(ls_shape shape)
{
    room r = measure(shape);
    int64_t values = plane_count(&r) + tall_count(&r) + SUMS * r.places + r.count;
    return sizeof(double) * (size_t)values;
}

static void place(room *r, void *scratch)
{
    r->plane = scratch;
    r->tall = r->plane + plane_count(r);
    r->sums = r->tall + tall_count(r);
    r->gradient = r->sums + SUMS * r->places;
}

/* What sum k weighs. */
static void multiply(int k, int64_t count, const float *x, const float *y, double *out)
{
    const float *a = k == 1 || k == 3 ? y : x;
    const float *b = k == 2 ? x : y;
    for (int64_t i = 0; i < count; i++) {
        out[i] = k < 2 ? (double)a[i] : (double)a[i] * (double)b[i];
    }
}

/* `count` sums down lines of `line` values. */
static void filter_down(const ls_backend *backend, int64_t line, int64_t count, const double *in,
                        double *out)
{
    ls_filter down = {.taps = WINDOW, .weights = window, .step = line, .rows = 1, .count = count};
    backend->filter(&down, in, out);
}

static void filter_across(const ls_backend *backend, int channels, int64_t rows, int64_t in_line,
                          const double *in, int64_t out_line, double *out)
{
    ls_filter across = {.taps = WINDOW,
                        .weights = window,
                        .step = channels,
                        .rows = rows,
                        .count = out_line,
                        .x_line = in_line,
                        .y_line = out_line};
    backend->filter(&across, in, out);
}

static void sum_windows(const ls_backend *backend, const room *r, int channels, const float *x,
                        const float *y)
{
    for (int k = 0; k < SUMS; k++) {
        multiply(k, r->count, x, y, r->plane);
        filter_down(backend, r->line, r->down * r->line, r->plane, r->tall);
        filter_across(backend, channels, r->down, r->line, r->tall, r->across,
                      r->sums + k * r->places);
    }
}

/* The sum of s over all places; the first three sums become its derivatives by my, syy, sxy. */
static double sum_similarities(const room *r)
{
    double *mean_x = r->sums;
    double *mean_y = mean_x + r->places;
    double *square_x = mean_y + r->places;
    double *square_y = square_x + r->places;
    double *product = square_y + r->places;
    double total = 0;
    for (int64_t i = 0; i < r->places; i++) {
        double mx = mean_x[i];
        double my = mean_y[i];
        double a1 = 2 * mx * my + C1;
        double a2 = 2 * (product[i] - mx * my) + C2;
        double b1 = mx * mx + my * my + C1;
        double b2 = (square_x[i] - mx * mx) + (square_y[i] - my * my) + C2;
        double q = 1 / (b1 * b2);
        double s = a1 * a2 * q;
        total += s;
        mean_x[i] = 2 * q * (mx * (a2 - a1) - my * s * (b2 - b1));
        mean_y[i] = -s * b1 * q;
        square_x[i] = 2 * a1 * q;
    }
    return total;
}

/* (f * w): f of all places, within zeros, to the whole image in r->plane. */
static void spread(const ls_backend *backend, const room *r, int channels, const double *f)
{
    int64_t edge = (int64_t)EDGE * channels;
    memset(r->plane, 0, sizeof *r->plane * (size_t)(r->padded * r->down));
    for (int64_t i = 0; i < r->down; i++) {
        memcpy(r->plane + i * r->padded + edge, f + i * r->across, sizeof *f * (size_t)r->across);
    }
    memset(r->tall, 0, sizeof *r->tall * (size_t)(EDGE * r->line));
    memset(r->tall + r->lines * r->line, 0, sizeof *r->tall * (size_t)(EDGE * r->line));
    filter_across(backend, channels, r->down, r->padded, r->plane, r->line,
                  r->tall + EDGE * r->line);
    filter_down(backend, r->line, r->count, r->tall, r->plane);
}

/* d(sum of s)/dy, in r->gradient. */
static void differentiate(const ls_backend *backend, const room *r, int channels, const float *x,
                          const float *y)
{
    double *sum = r->gradient;
    spread(backend, r, channels, r->sums);
    memcpy(sum, r->plane, sizeof *sum * (size_t)r->count);
    spread(backend, r, channels, r->sums + r->places);
    for (int64_t i = 0; i < r->count; i++) {
        sum[i] += 2 * (double)y[i] * r->plane[i];
    }
    spread(backend, r, channels, r->sums + 2 * r->places);
    for (int64_t i = 0; i < r->count; i++) {
        sum[i] += (double)x[i] * r->plane[i];
    }
}

double ls_ssim(const ls_backend *backend, ls_shape shape, const float *x, const float *y,
               double scale, float *dy, void *scratch)
{
    room r = measure(shape);
    place(&r, scratch);
    sum_windows(backend, &r, shape.c, x, y);
    double mean = sum_similarities(&r) / (double)r.places;
    if (dy != NULL) {
        differentiate(backend, &r, shape.c, x, y);
        double factor = scale / (double)r.places;
        for (int64_t i = 0; i < r.count; i++) {
            dy[i] = (float)(factor * r.gradient[i]);
        }
    }
    return mean;
}
