/* Normalization: sums over places channel by channel, in double and in an order that depends on the
 * shape alone; mean and variance in two passes. Vectors hold channels side by side; where there are
 * few, those of several places. */
#include "cpu.h"

#include <math.h>

#define PART 64 /* columns whose sums and factors stay in the nearest cache */

/* Some channels of one block. A column is a channel, or, where a block's channels are few, one of
 * several places: column i is channel first + i % count. */
typedef struct part {
    int first, count;
    float mean[PART], scale[PART], shift[PART], slope[PART]; /* of each column */
    double sums[2][PART];                                    /* of each column, then each channel */
} part;

/* Rows of `width` columns, `stride` values apart, at x, dy and z. */
typedef struct rows {
    int64_t count, stride;
    int width;
    const float *x, *dy;
    float *z;
} rows;

typedef void kernel(part *p, const rows *r);

static void sum_values(part *p, const rows *r)
{
    double *restrict sums = p->sums[0];
    for (int64_t k = 0; k < r->count; k++) {
        const float *restrict x = r->x + k * r->stride;
        for (int i = 0; i < r->width; i++) {
            sums[i] += (double)x[i];
        }
    }
}

static void sum_squares(part *p, const rows *r)
{
    double *restrict sums = p->sums[0];
    const float *restrict mean = p->mean;
    for (int64_t k = 0; k < r->count; k++) {
        const float *restrict x = r->x + k * r->stride;
        for (int i = 0; i < r->width; i++) {
            double apart = (double)x[i] - (double)mean[i];
            sums[i] += apart * apart;
        }
    }
}

/* Of dy, and of dy (x - mean). */
static void sum_gradients(part *p, const rows *r)
{
    double *restrict plain = p->sums[0];
    double *restrict weighted = p->sums[1];
    const float *restrict mean = p->mean;
    for (int64_t k = 0; k < r->count; k++) {
        const float *restrict x = r->x + k * r->stride;
        const float *restrict dy = r->dy + k * r->stride;
        for (int i = 0; i < r->width; i++) {
            plain[i] += (double)dy[i];
            weighted[i] += (double)dy[i] * ((double)x[i] - (double)mean[i]);
        }
    }
}

static void apply(part *p, const rows *r)
{
    const float *restrict mean = p->mean;
    const float *restrict scale = p->scale;
    const float *restrict shift = p->shift;
    for (int64_t k = 0; k < r->count; k++) {
        const float *restrict x = r->x + k * r->stride;
        float *restrict y = r->z + k * r->stride;
        for (int i = 0; i < r->width; i++) {
            y[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        }
    }
}

static void give(part *p, const rows *r)
{
    const float *restrict mean = p->mean;
    const float *restrict scale = p->scale;
    const float *restrict shift = p->shift;
    const float *restrict slope = p->slope;
    for (int64_t k = 0; k < r->count; k++) {
        const float *restrict x = r->x + k * r->stride;
        const float *restrict dy = r->dy + k * r->stride;
        float *restrict dx = r->z + k * r->stride;
        for (int i = 0; i < r->width; i++) {
            dx[i] = dy[i] * scale[i] - (shift[i] + (x[i] - mean[i]) * slope[i]);
        }
    }
}

/* How many places are side by side. */
static int together_in(const ls_norm *s, const part *p)
{
    int64_t fit = p->count == s->c ? PART / s->c : 1;
    return (int)(fit < s->places ? fit : s->places);
}

/* Channel by channel -> column by column. */
static void repeat(const part *p, float *columns)
{
    for (int i = p->count; i < PART; i++) {
        columns[i] = columns[i - p->count];
    }
}

/* Over all places of a block, whose x, dy and z begin at its first channel; sums: from 0. */
static void run(kernel *visit, const ls_norm *s, part *p, const float *x, const float *dy, float *z)
{
    int together = together_in(s, p);
    int64_t whole = s->places / together;
    rows r = {.count = whole,
              .stride = (int64_t)together * s->c,
              .width = together * p->count,
              .x = x + p->first,
              .dy = dy != NULL ? dy + p->first : NULL,
              .z = z != NULL ? z + p->first : NULL};
    for (int i = 0; i < PART; i++) {
        p->sums[0][i] = 0.0;
        p->sums[1][i] = 0.0;
    }
    visit(p, &r);
    int64_t done = whole * together;
    r.count = 1;
    r.width = (int)(s->places - done) * p->count;
    r.x += done * s->c;
    r.dy = dy != NULL ? r.dy + done * s->c : NULL;
    r.z = z != NULL ? r.z + done * s->c : NULL;
    visit(p, &r);
    for (int i = p->count; i < together * p->count; i++) {
        p->sums[0][i % p->count] += p->sums[0][i];
        p->sums[1][i % p->count] += p->sums[1][i];
    }
}

/* The part that begins at channel `first`; count 0 = none is left. */
static void find(const ls_norm *s, int first, part *p)
{
    p->first = first;
    p->count = s->c - first < PART ? s->c - first : PART;
}

static int width_of(const ls_norm *s)
{
    return s->c / s->groups;
}

/* mean: of the block's groups. */
static void set_mean(const ls_norm *s, part *p, const float *mean)
{
    for (int i = 0; i < p->count; i++) {
        p->mean[i] = mean[(p->first + i) / width_of(s)];
    }
    repeat(p, p->mean);
}

/* The inverse of the standard deviation, by the group's variance. */
static float inverse_of(const ls_norm *s, float variance)
{
    return (float)(1.0 / sqrt((double)variance + (double)s->eps));
}

/* Channels come in order, and with a group's last one its mean is `total` by its size. */
static void gather(const ls_norm *s, const part *p, double *total, float *means)
{
    int width = width_of(s);
    for (int i = 0; i < p->count; i++) {
        int channel = p->first + i;
        *total = channel % width == 0 ? p->sums[0][i] : *total + p->sums[0][i];
        if (channel % width == width - 1) {
            means[channel / width] = (float)(*total / ((double)s->places * width));
        }
    }
}

void LS_SET(ls_cpu_norm_statistics)(const ls_norm *s, int blocks, const float *x, float *mean,
                                    float *variance)
{
    part p;
    for (int k = 0; k < blocks; k++, x += s->places * s->c, mean += s->groups) {
        double total = 0.0;
        for (find(s, 0, &p); p.count > 0; find(s, p.first + p.count, &p)) {
            run(sum_values, s, &p, x, NULL, NULL);
            gather(s, &p, &total, mean);
        }
        for (find(s, 0, &p); p.count > 0; find(s, p.first + p.count, &p)) {
            set_mean(s, &p, mean);
            run(sum_squares, s, &p, x, NULL, NULL);
            gather(s, &p, &total, variance);
        }
        variance += s->groups;
    }
}

void LS_SET(ls_cpu_norm_apply)(const ls_norm *s, int blocks, const float *x, const float *mean,
                               const float *variance, const float *gamma, const float *beta,
                               float *y)
{
    part p;
    for (int k = 0; k < blocks; k++, mean += s->groups, variance += s->groups) {
        int64_t block = k * s->places * s->c;
        for (find(s, 0, &p); p.count > 0; find(s, p.first + p.count, &p)) {
            set_mean(s, &p, mean);
            for (int i = 0; i < p.count; i++) {
                int channel = p.first + i;
                p.scale[i] = gamma[channel] * inverse_of(s, variance[channel / width_of(s)]);
                p.shift[i] = beta[channel];
            }
            repeat(&p, p.scale);
            repeat(&p, p.shift);
            run(apply, s, &p, x + block, NULL, y + block);
        }
    }
}

/* One block's share of dgamma and dbeta; terms: [2, groups], the means over each group of gamma dy
 * and of gamma dy xhat; 0 if the statistics are fixed. */
static void sum_block(const ls_norm *s, const float *x, const float *mean, const float *variance,
                      const float *gamma, const float *dy, float *dgamma, float *dbeta,
                      float *terms)
{
    part p;
    double totals[2] = {0.0, 0.0};
    double share = s->fixed ? 0.0 : 1.0 / ((double)s->places * (double)width_of(s));
    int width = width_of(s);
    for (find(s, 0, &p); p.count > 0; find(s, p.first + p.count, &p)) {
        set_mean(s, &p, mean);
        run(sum_gradients, s, &p, x, dy, NULL);
        for (int i = 0; i < p.count; i++) {
            int channel = p.first + i;
            int g = channel / width;
            double weighted = p.sums[1][i] * (double)inverse_of(s, variance[g]);
            dgamma[channel] += (float)weighted;
            dbeta[channel] += (float)p.sums[0][i];
            totals[0] = (channel % width == 0 ? 0.0 : totals[0]) + p.sums[0][i] * gamma[channel];
            totals[1] = (channel % width == 0 ? 0.0 : totals[1]) + weighted * gamma[channel];
            terms[g] = (float)(totals[0] * share); /* at the group's last channel: whole */
            terms[s->groups + g] = (float)(totals[1] * share);
        }
    }
}

/* dx = (gamma dy - terms[0] - xhat terms[1]) / sqrt(variance + eps): ref/norm.c. */
static void give_block(const ls_norm *s, const float *x, const float *mean, const float *variance,
                       const float *gamma, const float *dy, const float *terms, float *dx)
{
    part p;
    for (find(s, 0, &p); p.count > 0; find(s, p.first + p.count, &p)) {
        set_mean(s, &p, mean);
        for (int i = 0; i < p.count; i++) {
            int g = (p.first + i) / width_of(s);
            float inverse = inverse_of(s, variance[g]);
            p.scale[i] = gamma[p.first + i] * inverse;
            p.shift[i] = terms[g] * inverse;
            p.slope[i] = terms[s->groups + g] * inverse * inverse;
        }
        repeat(&p, p.scale);
        repeat(&p, p.shift);
        repeat(&p, p.slope);
        run(give, s, &p, x, dy, dx);
    }
}

void LS_SET(ls_cpu_norm_backward)(const ls_norm *s, int blocks, const float *x, const float *mean,
                                  const float *variance, const float *gamma, const float *dy,
                                  float *dx, float *dgamma, float *dbeta, float *terms)
{
    for (int k = 0; k < blocks; k++, mean += s->groups, variance += s->groups) {
        int64_t block = k * s->places * s->c;
        sum_block(s, x + block, mean, variance, gamma, dy + block, dgamma, dbeta, terms);
        if (dx != NULL) {
            give_block(s, x + block, mean, variance, gamma, dy + block, terms, dx + block);
        }
    }
}
