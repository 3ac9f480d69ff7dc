/* Weighted sums of neighbours in double: BLOCK sums at a time stay in registers while the taps
 * pass. Sums do not depend on each other, so that the bits are those of one sum after another. */
#include "cpu.h"
#include "vec.h"

#include <string.h>

#define NUMBERS (LS_VEC / 2) /* doubles of a vector */
#define VECTORS 4
#define BLOCK   (VECTORS * NUMBERS)

typedef double vector __attribute__((vector_size(NUMBERS * sizeof(double))));

static LS_ALWAYS_INLINE void filter_block(const ls_filter *s, const double *x, double *y)
{
    vector sums[VECTORS] = {{0.0}};
    for (int i = 0; i < s->taps; i++, x += s->step) {
        LS_UNROLL
        for (int v = 0; v < VECTORS; v++) {
            vector in;
            memcpy(&in, x + v * NUMBERS, sizeof in);
            sums[v] += s->weights[i] * in;
        }
    }
    LS_UNROLL
    for (int v = 0; v < VECTORS; v++) {
        memcpy(y + v * NUMBERS, &sums[v], sizeof sums[v]);
    }
}

static void filter_one(const ls_filter *s, const double *x, double *y)
{
    *y = 0.0;
    for (int i = 0; i < s->taps; i++) {
        *y += s->weights[i] * x[i * s->step];
    }
}

/* The last block of a row overlaps the one before it, and makes the same sums again. */
static void filter_row(const ls_filter *s, const double *x, double *y)
{
    int64_t j = 0;
    for (; j + BLOCK <= s->count; j += BLOCK) {
        filter_block(s, x + j, y + j);
    }
    if (j < s->count && s->count >= BLOCK) {
        filter_block(s, x + s->count - BLOCK, y + s->count - BLOCK);
        return;
    }
    for (; j < s->count; j++) {
        filter_one(s, x + j, y + j);
    }
}

void LS_SET(ls_cpu_filter)(const ls_filter *s, const double *x, double *y)
{
    for (int64_t r = 0; r < s->rows; r++) {
        filter_row(s, x + r * s->x_line, y + r * s->y_line);
    }
}
