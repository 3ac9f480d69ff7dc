/* Stochastic gradient descent with (heavy-ball) momentum: m = momentum m + g, w -= lr m. */
#include "lockstep/optim/optim.h"

static void step_sgd(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                     float *w, const float *g, float *const *moments)
{
    const ls_sgd s = {.lr = (float)settings->lr, .momentum = (float)settings->momentum};
    backend->sgd(&s, count, w, g, moments[0]);
}

const ls_optim_type ls_optim_sgd = {
    .name = "sgd",
    .moment_count = 1,
    .moment_names = {"m"},
    .step = step_sgd,
};
