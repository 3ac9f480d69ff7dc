/* The transforms of one line of F(m x m, 3 x 3), m = 4 or 2: B^T, G, A^T of Lavin and Gray
 * (sections 4.1 and 4.3) with points 0, 1, -1, 2, -2, infinity (m = 4) or 0, 1, -1, infinity, and
 * their transposes, with common terms taken once. Private to lines.h. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_THREE_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_THREE_H

#include "vec_terms.h"

/* m + 2 -> m + 2: B^T */
static LS_ALWAYS_INLINE void three_of_input(int m, const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    if (m == 2) {
        out[0] = in[0] - in[2 * in_step];
        out[out_step] = in[in_step] + in[2 * in_step];
        out[2 * out_step] = in[2 * in_step] - in[in_step];
        out[3 * out_step] = in[in_step] - in[3 * in_step];
        return;
    }
    ls_vec even = more(-4, in[2 * in_step], in[4 * in_step]);
    ls_vec odd = more(-4, in[in_step], in[3 * in_step]);
    ls_vec even2 = in[4 * in_step] - in[2 * in_step];
    ls_vec odd2 = in[3 * in_step] - in[in_step];
    out[0] = more(4, in[0], more(-5, in[2 * in_step], in[4 * in_step]));
    out[5 * out_step] = more(4, in[in_step], more(-5, in[3 * in_step], in[5 * in_step]));
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = more(2, odd2, even2);
    out[4 * out_step] = more(-2, odd2, even2);
}

/* m + 2 -> m + 2: B */
static LS_ALWAYS_INLINE void three_to_input(int m, const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    ls_vec sum = in[in_step] + in[2 * in_step];
    ls_vec difference = in[in_step] - in[2 * in_step];
    if (m == 2) {
        out[0] = in[0];
        out[out_step] = difference + in[3 * in_step];
        out[2 * out_step] = sum - in[0];
        out[3 * out_step] = -in[3 * in_step];
        return;
    }
    ls_vec sum2 = in[3 * in_step] + in[4 * in_step];
    ls_vec difference2 = in[3 * in_step] - in[4 * in_step];
    out[0] = times(4, in[0]);
    out[out_step] = more(-2, difference2, times(4, in[5 * in_step] - difference));
    out[2 * out_step] = -more(5, in[0], more(4, sum, sum2));
    out[3 * out_step] = more(2, difference2, more(-5, in[5 * in_step], difference));
    out[4 * out_step] = in[0] + sum + sum2;
    out[5 * out_step] = in[5 * in_step];
}

/* m + 2 -> m: A^T. */
static LS_ALWAYS_INLINE void three_to_output(int m, const ls_vec *in, int in_step, ls_vec *out,
                                             int out_step)
{
    ls_vec sum = in[in_step] + in[2 * in_step];
    ls_vec difference = in[in_step] - in[2 * in_step];
    if (m == 2) {
        out[0] = in[0] + sum;
        out[out_step] = difference - in[3 * in_step];
        return;
    }
    ls_vec sum2 = in[3 * in_step] + in[4 * in_step];
    ls_vec difference2 = in[3 * in_step] - in[4 * in_step];
    out[0] = in[0] + sum + sum2;
    out[out_step] = more(2, difference2, difference);
    out[2 * out_step] = more(4, sum2, sum);
    out[3 * out_step] = more(8, difference2, difference) + in[5 * in_step];
}

/* m -> m + 2: A */
static LS_ALWAYS_INLINE void three_of_output(int m, const ls_vec *in, int in_step, ls_vec *out,
                                             int out_step)
{
    out[0] = in[0];
    if (m == 2) {
        out[out_step] = in[0] + in[in_step];
        out[2 * out_step] = in[0] - in[in_step];
        out[3 * out_step] = -in[in_step];
        return;
    }
    ls_vec even = in[0] + in[2 * in_step];
    ls_vec odd = in[in_step] + in[3 * in_step];
    ls_vec even2 = more(4, in[2 * in_step], in[0]);
    ls_vec odd2 = more(4, in[3 * in_step], in[in_step]);
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = more(2, odd2, even2);
    out[4 * out_step] = more(-2, odd2, even2);
    out[5 * out_step] = in[3 * in_step];
}

/* 3 -> m + 2: G */
static LS_ALWAYS_INLINE void three_of_weights(int m, const ls_vec *in, int in_step, ls_vec *out,
                                              int out_step)
{
    if (m == 2) {
        ls_vec half = times(0.5F, in[0] + in[2 * in_step]);
        out[0] = in[0];
        out[out_step] = more(0.5F, in[in_step], half);
        out[2 * out_step] = more(-0.5F, in[in_step], half);
        out[3 * out_step] = in[2 * in_step];
        return;
    }
    ls_vec even = times(-1.0F / 6, in[0] + in[2 * in_step]);
    ls_vec even2 = more(1.0F / 24, in[0], times(1.0F / 6, in[2 * in_step]));
    out[0] = times(0.25F, in[0]);
    out[out_step] = more(-1.0F / 6, in[in_step], even);
    out[2 * out_step] = more(1.0F / 6, in[in_step], even);
    out[3 * out_step] = more(1.0F / 12, in[in_step], even2);
    out[4 * out_step] = more(-1.0F / 12, in[in_step], even2);
    out[5 * out_step] = in[2 * in_step];
}

/* m + 2 -> 3: G^T */
static LS_ALWAYS_INLINE void three_to_weights(int m, const ls_vec *in, int in_step, ls_vec *out,
                                              int out_step)
{
    ls_vec sum = in[in_step] + in[2 * in_step];
    ls_vec difference = in[2 * in_step] - in[in_step];
    if (m == 2) {
        out[0] = more(0.5F, sum, in[0]);
        out[out_step] = times(-0.5F, difference);
        out[2 * out_step] = more(0.5F, sum, in[3 * in_step]);
        return;
    }
    ls_vec sum2 = in[3 * in_step] + in[4 * in_step];
    ls_vec difference2 = in[3 * in_step] - in[4 * in_step];
    ls_vec less = times(-1.0F / 6, sum);
    out[0] = more(0.25F, in[0], more(1.0F / 24, sum2, less));
    out[out_step] = more(1.0F / 12, difference2, times(1.0F / 6, difference));
    out[2 * out_step] = more(1.0F / 6, sum2, less) + in[5 * in_step];
}

#endif
