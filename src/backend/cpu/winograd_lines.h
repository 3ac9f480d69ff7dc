/* The transforms of F(4x4, 3x3) of one line: B^T, G, A^T of Lavin and Gray (section 4.3) with
 * points 0, 1, -1, 2, -2, infinity, and their transposes, with common terms taken once. `in` and
 * `out` are `step` vectors apart, so that a square is transformed by columns, then by lines. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_LINES_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_LINES_H

#include "vec.h"

/* 6 -> 6: B^T */
static LS_ALWAYS_INLINE void line_of_input(const ls_vec *in, ls_vec *out, int step)
{
    ls_vec even = in[4 * step] - 4 * in[2 * step];
    ls_vec odd = in[3 * step] - 4 * in[step];
    ls_vec even2 = in[4 * step] - in[2 * step];
    ls_vec odd2 = 2 * (in[3 * step] - in[step]);
    out[0] = 4 * in[0] - 5 * in[2 * step] + in[4 * step];
    out[step] = even + odd;
    out[2 * step] = even - odd;
    out[3 * step] = even2 + odd2;
    out[4 * step] = even2 - odd2;
    out[5 * step] = 4 * in[step] - 5 * in[3 * step] + in[5 * step];
}

/* 6 -> 6: B */
static LS_ALWAYS_INLINE void line_to_input(const ls_vec *in, ls_vec *out, int step)
{
    ls_vec sum = in[step] + in[2 * step];
    ls_vec difference = in[step] - in[2 * step];
    ls_vec sum2 = in[3 * step] + in[4 * step];
    ls_vec difference2 = 2 * (in[3 * step] - in[4 * step]);
    out[0] = 4 * in[0];
    out[step] = 4 * (in[5 * step] - difference) - difference2;
    out[2 * step] = -5 * in[0] - 4 * sum - sum2;
    out[3 * step] = difference + difference2 - 5 * in[5 * step];
    out[4 * step] = in[0] + sum + sum2;
    out[5 * step] = in[5 * step];
}

/* 6 -> 4: A^T. out has the step of a square of 4 columns when `in` has that of 6: they are given
 * apart. */
static LS_ALWAYS_INLINE void line_to_output(const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    ls_vec sum = in[in_step] + in[2 * in_step];
    ls_vec difference = in[in_step] - in[2 * in_step];
    ls_vec sum2 = in[3 * in_step] + in[4 * in_step];
    ls_vec difference2 = in[3 * in_step] - in[4 * in_step];
    out[0] = in[0] + sum + sum2;
    out[out_step] = difference + 2 * difference2;
    out[2 * out_step] = sum + 4 * sum2;
    out[3 * out_step] = difference + 8 * difference2 + in[5 * in_step];
}

/* 4 -> 6: A */
static LS_ALWAYS_INLINE void line_of_output(const ls_vec *in, int in_step, ls_vec *out,
                                            int out_step)
{
    ls_vec even = in[0] + in[2 * in_step];
    ls_vec odd = in[in_step] + in[3 * in_step];
    ls_vec even2 = in[0] + 4 * in[2 * in_step];
    ls_vec odd2 = 2 * in[in_step] + 8 * in[3 * in_step];
    out[0] = in[0];
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    out[3 * out_step] = even2 + odd2;
    out[4 * out_step] = even2 - odd2;
    out[5 * out_step] = in[3 * in_step];
}

/* 3 -> 6: G */
static LS_ALWAYS_INLINE void line_of_weights(const ls_vec *in, int in_step, ls_vec *out,
                                             int out_step)
{
    ls_vec even = (in[0] + in[2 * in_step]) * (-1.0F / 6);
    ls_vec odd = in[in_step] * (1.0F / 6);
    ls_vec even2 = in[0] * (1.0F / 24) + in[2 * in_step] * (1.0F / 6);
    ls_vec odd2 = in[in_step] * (1.0F / 12);
    out[0] = in[0] * 0.25F;
    out[out_step] = even - odd;
    out[2 * out_step] = even + odd;
    out[3 * out_step] = even2 + odd2;
    out[4 * out_step] = even2 - odd2;
    out[5 * out_step] = in[2 * in_step];
}

/* 6 -> 3: G^T */
static LS_ALWAYS_INLINE void line_to_weights(const ls_vec *in, int in_step, ls_vec *out,
                                             int out_step)
{
    ls_vec sum = (in[in_step] + in[2 * in_step]) * (1.0F / 6);
    ls_vec difference = (in[2 * in_step] - in[in_step]) * (1.0F / 6);
    ls_vec sum2 = in[3 * in_step] + in[4 * in_step];
    ls_vec difference2 = in[3 * in_step] - in[4 * in_step];
    out[0] = in[0] * 0.25F - sum + sum2 * (1.0F / 24);
    out[out_step] = difference + difference2 * (1.0F / 12);
    out[2 * out_step] = sum2 * (1.0F / 6) - sum + in[5 * in_step];
}

#endif
