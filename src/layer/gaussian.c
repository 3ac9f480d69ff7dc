/* gaussian(weight=1, warmup=0): the latent of a variational autoencoder (Kingma and Welling, ICLR
 * 2014). The first half of the channels is the mean, the second the logarithm of the variance of a
 * normal distribution: [H,W,2C] to [H,W,C]. In training one number is drawn from each, as mean +
 * exp(log variance / 2) * eps with eps of the image's own, anew every epoch; in evaluation it is
 * the mean.
 *
 * To an image's loss, a mean over its values, is added weight * KL, with KL = sum (mean^2 +
 * variance - 1 - log variance) / 2 over the C H W numbers: the divergence from the standard normal
 * (appendix B there). In the first `warmup` steps, weight grows from 0 in proportion to the step
 * (Bowman et al., CoNLL 2016). */
#include "sizes.h"

#include "lockstep/base/random.h"
#include "lockstep/base/real.h"
#include "lockstep/layer/layer.h"

#include <string.h>

/* Where the arguments' values stand, in the order of the table below. */
enum { WEIGHT, WARMUP };

static const ls_arg_spec args[] = {
    {.name = "weight", .fallback = "1", .low = 0, .high = 1e6},
    {.name = "warmup", .fallback = "0", .low = 0, .high = 1e15, .integer = true},
    {0}};

typedef struct gaussian {
    int64_t places; /* of an image */
    int c;          /* channels of the output */
    double weight, warmup;
} gaussian;

static ls_status plan_gaussian(void *self, const double *values, const ls_backend *backend,
                               ls_shape in, int lane, ls_layer_plan *plan)
{
    (void)backend;
    gaussian *s = self;
    LS_REQUIRE(in.c % 2 == 0, LS_BAD_INPUT,
               "%d channels are not two halves, means and logarithms of variances", in.c);
    *s = (gaussian){.places = (int64_t)in.h * in.w,
                    .c = in.c / 2,
                    .weight = values[WEIGHT],
                    .warmup = values[WARMUP]};
    plan->saved_bytes = sizeof(float) * (size_t)lane * (size_t)(s->places * s->c); /* noise */
    plan->flops = 4.0 * (double)(s->places * s->c);
    plan->needs_x = true;
    return ls_layer_set_output(plan, in, in.h, in.w, s->c);
}

/* What an image's KL counts at this step. */
static double weight_at(const gaussian *s, int64_t step)
{
    return (double)step < s->warmup ? s->weight * (double)step / s->warmup : s->weight;
}

/* x: [C of means, C of logarithms] of one place, number `place` of the image. Adds noise to y, and
 * returns the place's KL. */
static double draw(const gaussian *s, const ls_random_key *key, int64_t place, const float *x,
                   float *noise, float *y)
{
    double divergence = 0.0;
    for (int i = 0; i < s->c; i++) {
        double mean = x[i];
        double log_variance = x[s->c + i];
        double deviation = ls_exp(0.5 * log_variance);
        double eps = ls_random_normal(key, (uint32_t)(place * s->c + i));
        noise[i] = (float)(deviation * eps);
        y[i] += noise[i];
        divergence += 0.5 * (mean * mean + deviation * deviation - 1.0 - log_variance);
    }
    return divergence;
}

static void draw_image(const gaussian *s, const ls_layer_run *run, int image)
{
    const ls_training *training = run->training;
    const ls_random_key key = {.seed = training->seed,
                               .purpose = LS_PURPOSE_LATENT,
                               .layer = (uint32_t)run->index,
                               .epoch = (uint32_t)training->epoch,
                               .sample = (uint32_t)training->samples[image]};
    float *noise = run->saved;
    double divergence = 0.0;
    for (int64_t p = 0; p < s->places; p++) {
        int64_t row = image * s->places + p;
        divergence +=
            draw(s, &key, p, run->x + row * 2 * s->c, noise + row * s->c, run->y + row * s->c);
    }
    training->penalties[image] += weight_at(s, training->step) * divergence;
}

static void forward(const void *self, const ls_layer_run *run)
{
    const gaussian *s = self;
    memset(run->saved, 0, sizeof(float) * (size_t)run->n * (size_t)(s->places * s->c));
    for (int64_t row = 0; row < run->n * s->places; row++) {
        for (int i = 0; i < s->c; i++) {
            run->y[row * s->c + i] = run->x[row * 2 * s->c + i];
        }
    }
    for (int image = 0; run->training != NULL && image < run->n; image++) {
        draw_image(s, run, image);
    }
}

static void backward(const void *self, const ls_layer_run *run)
{
    const gaussian *s = self;
    const float *noise = run->saved;
    const ls_training *training = run->training;
    double weight = 0.0;
    if (training != NULL) {
        weight = weight_at(s, training->step) / (double)training->images;
    }
    for (int64_t k = 0; run->dx != NULL && k < run->n * s->places * s->c; k++) {
        int64_t at = k / s->c * 2 * s->c + k % s->c;
        double variance = ls_exp(run->x[at + s->c]);
        run->dx[at] = (float)(run->dy[k] + weight * run->x[at]);
        run->dx[at + s->c] =
            (float)(0.5 * (run->dy[k] * (double)noise[k] + weight * (variance - 1.0)));
    }
}

const ls_layer_type ls_layer_gaussian = {
    .name = "gaussian",
    .help = "means and log variances to a draw, with its KL added: gaussian(weight=1, warmup=0)",
    .bytes = sizeof(gaussian),
    .args = args,
    .plan = plan_gaussian,
    .forward = forward,
    .backward = backward,
};
