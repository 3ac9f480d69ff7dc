/* Fixed point straight from its definition. */
#include "ref.h"

#include <math.h>

bool ls_ref_fixed_add(int64_t count, float limit, bool first, float *g, int64_t *total)
{
    bool inside = true;
    for (int64_t i = 0; i < count; i++) {
        if (fabsf(g[i]) < limit) {
            /* The product is exact in double, and below 2^63. */
            int64_t value = (int64_t)rint(ldexp((double)g[i], LS_FIXED_SHIFT));
            total[i] = first ? value : total[i] + value;
        } else { /* NaN too */
            inside = false;
        }
        g[i] = 0.0f;
    }
    return inside;
}

void ls_ref_fixed_to_float(int64_t count, const int64_t *total, float *g)
{
    for (int64_t i = 0; i < count; i++) {
        g[i] = ldexpf((float)total[i], -LS_FIXED_SHIFT);
    }
}
