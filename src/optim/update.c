/* What stands around an optimizer's own rule: clipping by the global norm, and weight decay. */
#include "lockstep/optim/optim.h"

#include <math.h>

/* Squares of float32 are exact in double, so that only the order of the additions matters: value i
 * of a slice goes to sum i modulo their number. */
void ls_optim_add_squares(int64_t count, const float *g, double sums[LS_OPTIM_SUMS])
{
    int64_t whole = count - count % LS_OPTIM_SUMS;
    for (int64_t i = 0; i < whole; i += LS_OPTIM_SUMS) {
        for (int k = 0; k < LS_OPTIM_SUMS; k++) {
            sums[k] += (double)g[i + k] * (double)g[i + k];
        }
    }
    for (int64_t i = whole; i < count; i++) {
        sums[i - whole] += (double)g[i] * (double)g[i];
    }
}

double ls_optim_norm(const double sums[LS_OPTIM_SUMS])
{
    double sum = 0;
    for (int k = 0; k < LS_OPTIM_SUMS; k++) {
        sum += sums[k];
    }
    return sqrt(sum);
}

double ls_optim_clip(double norm, double limit)
{
    return norm > limit ? limit / norm : 1.0;
}

/* room = scale * g; room may be g. */
static void scale(int64_t count, float factor, const float *g, float *room)
{
    for (int64_t i = 0; i < count; i++) {
        room[i] = factor * g[i];
    }
}

/* room = g + decay * w; room may be g. */
static void add_decay(int64_t count, float decay, const float *restrict w, const float *g,
                      float *room)
{
    for (int64_t i = 0; i < count; i++) {
        room[i] = g[i] + decay * w[i];
    }
}

/* The gradients to step with: g, or room with what scaling and L2 have made of them. */
static const float *prepare(const ls_optim_settings *settings, bool decays, int64_t count,
                            const float *w, const float *g, float *room)
{
    if (settings->gradient_scale != 1.0) {
        scale(count, (float)settings->gradient_scale, g, room);
        g = room;
    }
    if (decays && settings->weight_decay > 0 && !settings->decoupled) {
        add_decay(count, (float)settings->weight_decay, w, g, room);
        g = room;
    }
    return g;
}

static void decay_weights(const ls_optim_settings *settings, int64_t count, float *w)
{
    if (settings->weight_decay > 0 && settings->decoupled) {
        float rate = (float)(settings->lr * settings->weight_decay);
        for (int64_t i = 0; i < count; i++) {
            w[i] -= rate * w[i];
        }
    }
}

void ls_optim_update(const ls_optim_type *type, const ls_backend *backend,
                     const ls_optim_settings *settings, bool decays, int64_t count, float *w,
                     const float *g, float *room, float *const *moments)
{
    g = prepare(settings, decays, count, w, g, room);
    if (decays) {
        decay_weights(settings, count, w);
    }
    type->step(backend, settings, count, w, g, moments);
}

void ls_optim_follow(const ls_optim_type *type, const ls_optim_settings *settings, int64_t count,
                     const float *w, const float *g, float *room, float *const *moments)
{
    type->matrix->follow(settings, count, prepare(settings, true, count, w, g, room), moments);
}

void ls_optim_move(const ls_optim_settings *settings, int64_t count, float *w,
                   const float *direction)
{
    float lr = (float)settings->lr;
    decay_weights(settings, count, w);
    for (int64_t i = 0; i < count; i++) {
        w[i] -= lr * direction[i];
    }
}
