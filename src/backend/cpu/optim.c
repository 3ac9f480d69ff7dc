/* The optimizers: one pass over a slice of weights. */
#include "cpu.h"

#include <math.h>

void LS_SET(ls_cpu_adam)(const ls_adam *s, int64_t count, float *restrict w,
                         const float *restrict g, float *restrict m, float *restrict v)
{
    ls_adam a = *s; /* a copy: the loop's stores cannot alias it */
    float keep1 = 1.0f - a.beta1;
    float keep2 = 1.0f - a.beta2;
    for (int64_t i = 0; i < count; i++) {
        m[i] = a.beta1 * m[i] + keep1 * g[i];
        v[i] = a.beta2 * v[i] + keep2 * g[i] * g[i];
        w[i] -= a.step_size * m[i] / (sqrtf(v[i]) * a.root_scale + a.eps);
    }
}

void LS_SET(ls_cpu_sgd)(const ls_sgd *s, int64_t count, float *restrict w, const float *restrict g,
                        float *restrict m)
{
    ls_sgd a = *s;
    for (int64_t i = 0; i < count; i++) {
        m[i] = a.momentum * m[i] + g[i];
        w[i] -= a.lr * m[i];
    }
}
