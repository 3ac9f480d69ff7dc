/* Normalization straight from its formula (lockstep/backend/shapes.h), sums in double. */
#include "ref.h"

#include <math.h>

/* The values of one group in one block: every `c` apart, `width` side by side. */
typedef struct group {
    int64_t at, places;
    int c, width;
    int channel; /* the first */
} group;

static group find_group(const ls_norm *s, int64_t block, int g)
{
    int width = s->c / s->groups;
    return (group){.at = block * s->places * s->c + (int64_t)g * width,
                   .places = s->places,
                   .c = s->c,
                   .width = width,
                   .channel = g * width};
}

static double mean_of(const group *a, const float *x)
{
    double sum = 0.0;
    for (int64_t p = 0; p < a->places; p++) {
        for (int i = 0; i < a->width; i++) {
            sum += x[a->at + p * a->c + i];
        }
    }
    return sum / ((double)a->places * a->width);
}

static double variance_of(const group *a, const float *x, double mean)
{
    double sum = 0.0;
    for (int64_t p = 0; p < a->places; p++) {
        for (int i = 0; i < a->width; i++) {
            double apart = x[a->at + p * a->c + i] - mean;
            sum += apart * apart;
        }
    }
    return sum / ((double)a->places * a->width);
}

void ls_ref_norm_statistics(const ls_norm *s, int blocks, const float *x, float *mean,
                            float *variance)
{
    for (int64_t k = 0; k < blocks; k++) {
        for (int g = 0; g < s->groups; g++) {
            group a = find_group(s, k, g);
            double middle = mean_of(&a, x);
            mean[k * s->groups + g] = (float)middle;
            variance[k * s->groups + g] = (float)variance_of(&a, x, middle);
        }
    }
}

static double inverse_of(const ls_norm *s, float variance)
{
    return 1.0 / sqrt((double)variance + s->eps);
}

void ls_ref_norm_apply(const ls_norm *s, int blocks, const float *x, const float *mean,
                       const float *variance, const float *gamma, const float *beta, float *y)
{
    for (int64_t i = 0; i < blocks * s->places * s->c; i++) {
        int channel = (int)(i % s->c);
        int64_t g = i / (s->places * s->c) * s->groups + channel / (s->c / s->groups);
        double unit = ((double)x[i] - mean[g]) * inverse_of(s, variance[g]);
        y[i] = (float)(gamma[channel] * unit + beta[channel]);
    }
}

/* dgamma and dbeta of one channel: over all blocks and places. */
static void parameters(const ls_norm *s, int blocks, int channel, const float *x, const float *mean,
                       const float *variance, const float *dy, float *dgamma, float *dbeta)
{
    double scale = dgamma[channel];
    double shift = dbeta[channel];
    for (int64_t r = 0; r < blocks * s->places; r++) {
        int64_t g = r / s->places * s->groups + channel / (s->c / s->groups);
        int64_t i = r * s->c + channel;
        scale += dy[i] * ((double)x[i] - mean[g]) * inverse_of(s, variance[g]);
        shift += dy[i];
    }
    dgamma[channel] = (float)scale;
    dbeta[channel] = (float)shift;
}

/* With u = gamma dy: dx = (u - mean(u) - xhat mean(u xhat)) / sqrt(variance + eps), means over the
 * group (Ioffe and Szegedy, ICML 2015, section 3, with the sums carried out); 0 if they are fixed.
 */
static void inputs(const group *a, const float *x, double mean, double inverse, const float *gamma,
                   const float *dy, bool fixed, float *dx)
{
    double plain = 0.0;
    double weighted = 0.0;
    double count = (double)a->places * a->width;
    for (int64_t k = 0; !fixed && k < a->places * a->width; k++) {
        int64_t i = a->at + k / a->width * a->c + k % a->width;
        double u = (double)gamma[a->channel + k % a->width] * dy[i];
        plain += u;
        weighted += u * (x[i] - mean) * inverse;
    }
    for (int64_t k = 0; k < a->places * a->width; k++) {
        int64_t i = a->at + k / a->width * a->c + k % a->width;
        double u = (double)gamma[a->channel + k % a->width] * dy[i];
        double unit = (x[i] - mean) * inverse;
        dx[i] = (float)(inverse * (u - plain / count - unit * weighted / count));
    }
}

void ls_ref_norm_backward(const ls_norm *s, int blocks, const float *x, const float *mean,
                          const float *variance, const float *gamma, const float *dy, float *dx,
                          float *dgamma, float *dbeta, float *terms)
{
    (void)terms;
    for (int channel = 0; channel < s->c; channel++) {
        parameters(s, blocks, channel, x, mean, variance, dy, dgamma, dbeta);
    }
    for (int64_t k = 0; dx != NULL && k < blocks; k++) {
        for (int g = 0; g < s->groups; g++) {
            group a = find_group(s, k, g);
            int64_t at = k * s->groups + g;
            inputs(&a, x, mean[at], inverse_of(s, variance[at]), gamma, dy, s->fixed, dx);
        }
    }
}
