/* The learning rate of a step: a linear warm-up, then a schedule. It is a function of the
 * configuration, the step, and what validation gave so far: nothing of it needs to be stored. */
#include "lockstep/train/engine.h"

#include "lockstep/base/real.h"

#include <math.h>
#include <string.h>

/* How many of optim.step_epochs lie behind a step. */
static int64_t steps_down(const ls_config *config, int64_t epoch_steps, int64_t step)
{
    int64_t epochs = (step - 1) / epoch_steps;
    int64_t count = 0;
    for (int i = 0; i < config->optim_step_epochs.count; i++) {
        count += config->optim_step_epochs.value[i] <= epochs;
    }
    return count;
}

/* From optim.lr at the end of the warm-up to optim.lr_final at the end of the last epoch
 * (Loshchilov and Hutter, ICLR 2017, equation 5, without restarts). */
static double cosine(const ls_config *config, int64_t epoch_steps, int64_t step)
{
    double high = config->optim_lr;
    double low = config->optim_lr_final;
    int64_t done = step - config->optim_warmup_steps;
    int64_t all = config->train_epochs * epoch_steps - config->optim_warmup_steps;
    if (done >= all) {
        return low;
    }
    return low + (high - low) * 0.5 * (1 + ls_cos_pi((double)done / (double)all));
}

double ls_learning_rate(const ls_config *config, const ls_schedule *schedule, int64_t step)
{
    int64_t warmup = config->optim_warmup_steps;
    const char *kind = config->optim_schedule;
    if (step < warmup) {
        return config->optim_lr * (double)step / (double)warmup;
    }
    if (strcmp(kind, "cosine") == 0) {
        return cosine(config, schedule->epoch_steps, step);
    }
    if (strcmp(kind, "step") == 0) {
        int64_t count = steps_down(config, schedule->epoch_steps, step);
        return config->optim_lr * ls_power(config->optim_step_factor, count);
    }
    if (strcmp(kind, "plateau") == 0) {
        return config->optim_lr * ls_power(config->optim_plateau_factor, schedule->plateaus);
    }
    return config->optim_lr;
}

int64_t ls_count_plateaus(const ls_config *config, const ls_history *history)
{
    double best = (double)INFINITY;
    int64_t stale = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < history->count; i++) {
        stale++;
        if (history->rows[i].val_loss < best - config->train_min_delta) {
            best = history->rows[i].val_loss;
            stale = 0;
        }
        if (stale == config->optim_plateau_patience) {
            count++;
            stale = 0;
        }
    }
    return count;
}
