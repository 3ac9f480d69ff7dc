/* The products of product.h through libxsmm's kernels. Measured with libxsmm 1.17.
 *
 * Cascade Lake, GFLOP/s from the cache, own ones and libxsmm's (rows x depth x columns), AVX-512:
 *
 *     64 x 32 x 64    103  117        48 x 128 x 64        117  123
 *     64 x 64 x 128   116  123        13 x 30 x 64          90  130
 *     64 x 64 x 32    110  122        outer 32 x 64 x 64   108  111
 *     64 x 128 x 64   119  124        outer 64 x 64 x 128   97  103
 *     16 x 2048 x 128 120  118        16 x 128 x 2048      118  121
 *
 * The same in AVX2, over these shapes: 66 to 79 and 52 to 60; outer products 69 and 56.
 *
 * Zen 5, images/s of whole steps, libxsmm's in parts of own ones, AVX-512: paper.ini 1.007,
 * residual.ini 0.994, super-resolution.ini 1.002, dncnn.ini 0.970, with 11 MiB more memory.
 *
 * So libxsmm serves AVX-512 alone, and by default on CPUs like Cascade Lake (xsmm_able.c). In AVX2
 * own products win by 15 % and more there; on a Zen 5, whose table is in docs/performance.md, they
 * lie within 5 %. */
#include "xsmm.h"

#include <libxsmm.h>
#include <string.h>

/* A product of libxsmm's: C[rows, LS_PANEL] (+)= B[rows, depth] A[depth, LS_PANEL], summed over
 * `runs` pairs of A and B. Pitches and strides in floats. */
typedef struct shape {
    int64_t rows, depth;
    int64_t a_pitch, b_pitch, c_pitch;
    int64_t a_run, b_run; /* from one pair to the next */
    int64_t adds, turned; /* += in place of =; B is stored as [depth, rows] */
} shape;

typedef struct kernel {
    shape made_for;
    libxsmm_smmfunction_reducebatch_strd run; /* NULL: can't be made */
} kernel;

static libxsmm_smmfunction_reducebatch_strd make(const shape *s)
{
    const libxsmm_blasint a = (libxsmm_blasint)s->a_pitch;
    const libxsmm_blasint b = (libxsmm_blasint)s->b_pitch;
    const libxsmm_blasint c = (libxsmm_blasint)s->c_pitch;
    const float alpha = 1.0F;
    const float beta = s->adds ? 1.0F : 0.0F;
    const int flags = s->turned ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
    const int prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
    const int64_t bytes = sizeof(float);
    if (s->a_pitch < LS_PANEL || s->c_pitch < LS_PANEL ||
        s->b_pitch < (s->turned ? s->rows : s->depth)) {
        return NULL;
    }
    return libxsmm_smmdispatch_reducebatch_strd(
        LS_PANEL, (libxsmm_blasint)s->rows, (libxsmm_blasint)s->depth,
        (libxsmm_blasint)(s->a_run * bytes), (libxsmm_blasint)(s->b_run * bytes), &a, &b, &c,
        &alpha, &beta, &flags, &prefetch);
}

/* A layer asks for one shape many times in turn: looking it up costs a tenth of a small product. */
static bool run(kernel *last, const shape *s, int runs, const float *a, const float *b, float *c)
{
    if (memcmp(&last->made_for, s, sizeof *s) != 0) {
        last->made_for = *s;
        last->run = make(s);
    }
    if (last->run == NULL) {
        return false;
    }
    const unsigned long long count = (unsigned long long)runs;
    last->run(a, b, c, &count);
    return true;
}

bool ls_xsmm_product(int rows, const ls_runs *runs, const ls_row_run *at, const float *panel)
{
    static _Thread_local kernel last;
    const shape s = {.rows = rows,
                     .depth = runs->length,
                     .a_pitch = LS_PANEL,
                     .b_pitch = at->x_pitch,
                     .c_pitch = at->y_pitch,
                     .a_run = (int64_t)runs->length * LS_PANEL,
                     .b_run = runs->pitch};
    return run(&last, &s, runs->runs, panel, at->x, at->y);
}

bool ls_xsmm_outer(int rows, const ls_places *places, const float *a, const float *b,
                   const ls_sums *sums)
{
    static _Thread_local kernel last;
    const shape s = {.rows = rows,
                     .depth = places->columns,
                     .a_pitch = places->b_column,
                     .b_pitch = places->a_column,
                     .c_pitch = sums->pitch,
                     .a_run = places->b_line,
                     .b_run = places->a_line,
                     .adds = sums->add,
                     .turned = true};
    return places->images == 1 && run(&last, &s, places->lines, b, a, sums->to);
}
