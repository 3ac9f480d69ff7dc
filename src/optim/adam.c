/* Adam (Kingma and Ba, ICLR 2015, algorithm 1), with eps outside the root:
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
 *   w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
 * The corrections follow from the step number alone, so a resumed run takes the same step. */
#include "lockstep/optim/optim.h"

#include "lockstep/base/real.h"

#include <math.h>

static void step_adam(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                      float *w, const float *g, float *const *moments)
{
    ls_adam s = {.beta1 = (float)settings->beta1,
                 .beta2 = (float)settings->beta2,
                 .eps = (float)settings->eps};
    /* From the rounded betas that the moments are made with: then the first step's corrected
     * moments are g and g^2 themselves. */
    s.step_size = (float)(settings->lr / (1.0 - ls_power(s.beta1, settings->step)));
    s.root_scale = (float)(1.0 / sqrt(1.0 - ls_power(s.beta2, settings->step)));
    backend->adam(&s, count, w, g, moments[0], moments[1]);
}

const ls_optim_type ls_optim_adam = {
    .name = "adam",
    .moment_count = 2,
    .moment_names = {"m", "v"},
    .step = step_adam,
};
