/* The learning rate of a step. */
#include "lockstep/train/engine.h"

double ls_learning_rate(const ls_config *config, int64_t step)
{
    int64_t warmup = config->optim_warmup_steps;
    if (step >= warmup) {
        return config->optim_lr;
    }
    return config->optim_lr * (double)step / (double)warmup;
}
