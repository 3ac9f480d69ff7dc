/* Losses by their definitions, in long double, each value alone and SSIM with a window of 121. */
#include "formulas.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF 5 /* of SSIM's window */

static long double squared(long double y, long double t)
{
    return (y - t) * (y - t);
}

static long double absolute(long double y, long double t)
{
    return y > t ? y - t : t - y;
}

/* As it is in float32. */
static float delta;

static long double huber(long double y, long double t)
{
    long double d = absolute(y, t);
    return d <= delta ? d * d / 2 : delta * (d - delta / 2);
}

static long double binary_cross_entropy(long double y, long double t)
{
    return -(t * fmaxl(logl(y), -100) + (1 - t) * fmaxl(logl(1 - y), -100));
}

static long double mean(ls_shape shape, const float *y, const float *target,
                        long double (*f)(long double, long double))
{
    int64_t count = ls_shape_count(shape);
    long double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += f((long double)y[i], (long double)target[i]);
    }
    return sum / count;
}

/* Of softmax's shares, the exponentials as they stand, with the targets drawn towards equal shares
 * (Szegedy et al. 2016, section 7). */
static long double cross_entropy(ls_shape shape, const float *y, const float *target,
                                 long double smoothing)
{
    int64_t places = (int64_t)shape.h * shape.w;
    long double sum = 0;
    for (int64_t p = 0; p < places; p++) {
        long double total = 0;
        for (int k = 0; k < shape.c; k++) {
            total += expl((long double)y[p * shape.c + k]);
        }
        for (int k = 0; k < shape.c; k++) {
            long double t = (1 - smoothing) * target[p * shape.c + k] + smoothing / shape.c;
            sum -= t * logl(expl((long double)y[p * shape.c + k]) / total);
        }
    }
    return sum / places;
}

/* One window around (r, c) of a channel. */
static long double window_similarity(ls_shape shape, const float *x, const float *y, int r, int c,
                                     int channel)
{
    long double total = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (int i = -HALF; i <= HALF; i++) {
        for (int j = -HALF; j <= HALF; j++) {
            long double w = expl(-(long double)(i * i + j * j) / (2 * 1.5L * 1.5L));
            int64_t at = ((int64_t)(r + i) * shape.w + c + j) * shape.c + channel;
            total += w;
            mx += w * x[at];
            my += w * y[at];
            xx += w * x[at] * x[at];
            yy += w * y[at] * y[at];
            xy += w * x[at] * y[at];
        }
    }
    mx /= total;
    my /= total;
    long double vx = xx / total - mx * mx;
    long double vy = yy / total - my * my;
    long double cxy = xy / total - mx * my;
    return (2 * mx * my + 1e-4L) * (2 * cxy + 9e-4L) /
           ((mx * mx + my * my + 1e-4L) * (vx + vy + 9e-4L));
}

static long double dissimilarity(ls_shape shape, const float *y, const float *target)
{
    long double sum = 0;
    int count = 0;
    for (int channel = 0; channel < shape.c; channel++) {
        for (int r = HALF; r < shape.h - HALF; r++) {
            for (int c = HALF; c < shape.w - HALF; c++, count++) {
                sum += window_similarity(shape, target, y, r, c, channel);
            }
        }
    }
    return 1 - sum / count;
}

/* The number of a term, or `otherwise`. */
static double argument_of(const char *term, double otherwise)
{
    const char *at = strchr(term, '(');
    return at != NULL ? strtod(at + 1, NULL) : otherwise;
}

long double loss_formula(const char *term, ls_shape shape, const float *y, const float *target)
{
    size_t length = strcspn(term, "(");
    char name[32] = "";
    memcpy(name, term, length < sizeof name ? length : sizeof name - 1);
    if (strcmp(name, "mse") == 0) {
        return mean(shape, y, target, squared);
    }
    if (strcmp(name, "mae") == 0) {
        return mean(shape, y, target, absolute);
    }
    if (strcmp(name, "huber") == 0) {
        delta = (float)argument_of(term, 0.1);
        return mean(shape, y, target, huber);
    }
    if (strcmp(name, "bce") == 0) {
        return mean(shape, y, target, binary_cross_entropy);
    }
    if (strcmp(name, "ssim") == 0) {
        return dissimilarity(shape, y, target);
    }
    if (strcmp(name, "cross_entropy") == 0) {
        return cross_entropy(shape, y, target, argument_of(term, 0));
    }
    fail_msg("loss %s has no formula in tests/contract/losses/formulas.c", name);
    return 0;
}
