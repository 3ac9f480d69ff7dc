/* The transforms of one line of F(m x m, 2 x 2), m = 4 or 2, made as those of three taps are
 * (lines_three.h) from points 0, 1, -1, 2, infinity (m = 4) or 0, 1, infinity. A single tap is
 * the first of two: then the frequency of infinity is zero, and nobody asks for it. Private to
 * lines.h. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_TWO_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_TWO_H

#include "vec_terms.h"

/* m + 1 -> m + 1: B^T */
static LS_ALWAYS_INLINE void two_of_input(int m, const ls_vec *in, int in_step, ls_vec *out,
                                          int out_step)
{
    if (m == 2) {
        out[0] = in[0] - in[in_step];
        out[out_step] = in[in_step];
        out[2 * out_step] = in[2 * in_step] - in[in_step];
        return;
    }
    ls_vec outer = in[3 * in_step] - in[in_step];
    ls_vec inner = in[3 * in_step] - in[2 * in_step];
    out[0] = more(2, in[0] - in[2 * in_step], outer);
    out[out_step] = more(-2, in[in_step], inner);
    out[2 * out_step] = more(2, in[in_step] - in[2 * in_step], inner);
    out[3 * out_step] = outer;
    out[4 * out_step] = more(-2, outer, in[4 * in_step] - in[2 * in_step]);
}

/* m + 1 -> m + 1: B */
static LS_ALWAYS_INLINE void two_to_input(int m, const ls_vec *in, int in_step, ls_vec *out,
                                          int out_step)
{
    if (m == 2) {
        out[0] = in[0];
        out[out_step] = in[in_step] - in[0] - in[2 * in_step];
        out[2 * out_step] = in[2 * in_step];
        return;
    }
    ls_vec outer = more(-2, in[4 * in_step], in[0] + in[3 * in_step]);
    ls_vec inner = in[in_step] + in[2 * in_step];
    out[0] = times(2, in[0]);
    out[out_step] = more(2, in[2 * in_step] - in[in_step], -outer);
    out[2 * out_step] = -more(2, in[0] + in[2 * in_step], inner + in[4 * in_step]);
    out[3 * out_step] = outer + inner;
    out[4 * out_step] = in[4 * in_step];
}

/* m + 1 -> m: A^T */
static LS_ALWAYS_INLINE void two_to_output(int m, const ls_vec *in, int in_step, ls_vec *out,
                                           int out_step)
{
    if (m == 2) {
        out[0] = in[0] + in[in_step];
        out[out_step] = in[in_step] + in[2 * in_step];
        return;
    }
    ls_vec sum = in[in_step] + in[2 * in_step];
    ls_vec difference = in[in_step] - in[2 * in_step];
    out[0] = in[0] + sum + in[3 * in_step];
    out[out_step] = more(2, in[3 * in_step], difference);
    out[2 * out_step] = more(4, in[3 * in_step], sum);
    out[3 * out_step] = more(8, in[3 * in_step], difference) + in[4 * in_step];
}

/* m -> m + 1: A */
static LS_ALWAYS_INLINE void two_of_output(int m, const ls_vec *in, int in_step, ls_vec *out,
                                           int out_step)
{
    out[0] = in[0];
    if (m == 2) {
        out[out_step] = in[0] + in[in_step];
        out[2 * out_step] = in[in_step];
        return;
    }
    ls_vec even = in[0] + in[2 * in_step];
    ls_vec odd = in[in_step] + in[3 * in_step];
    ls_vec even2 = more(4, in[2 * in_step], in[0]);
    ls_vec odd2 = more(4, in[3 * in_step], in[in_step]);
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = more(2, odd2, even2);
    out[4 * out_step] = in[3 * in_step];
}

/* 2 -> m + 1: G */
static LS_ALWAYS_INLINE void two_of_weights(int m, const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    if (m == 2) {
        out[0] = in[0];
        out[out_step] = in[0] + in[in_step];
        out[2 * out_step] = in[in_step];
        return;
    }
    out[0] = times(0.5F, in[0]);
    out[out_step] = times(-0.5F, in[0] + in[in_step]);
    out[2 * out_step] = times(-1.0F / 6, in[0] - in[in_step]);
    out[3 * out_step] = times(1.0F / 6, more(2, in[in_step], in[0]));
    out[4 * out_step] = in[in_step];
}

/* m + 1 -> 2: G^T */
static LS_ALWAYS_INLINE void two_to_weights(int m, const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    if (m == 2) {
        out[0] = in[0] + in[in_step];
        out[out_step] = in[in_step] + in[2 * in_step];
        return;
    }
    ls_vec sixths = in[3 * in_step] - in[2 * in_step];
    out[0] = more(0.5F, in[0] - in[in_step], times(1.0F / 6, sixths));
    out[out_step] = more(1.0F / 6, more(2, in[3 * in_step], in[2 * in_step]),
                         more(-0.5F, in[in_step], in[4 * in_step]));
}

#endif
