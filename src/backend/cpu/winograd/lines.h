/* The transforms of one line for each form, which the side of its squares of frequencies names
 * (tiles.h). Numbers of `in` and `out` are a step apart, so that a square is transformed
 * by columns, then by lines. side is a constant where these are called. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_LINES_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_LINES_H

#include "lines_three.h"
#include "lines_two.h"
#include "tiles.h"

#define LINE(name)                                                                                 \
    static LS_ALWAYS_INLINE void line_##name(int side, const ls_vec *in, int in_step, ls_vec *out, \
                                             int out_step)                                         \
    {                                                                                              \
        if (ls_has_phases(side)) {                                                                 \
            two_##name(ls_tile_of(side), in, in_step, out, out_step);                              \
        } else {                                                                                   \
            three_##name(ls_tile_of(side), in, in_step, out, out_step);                            \
        }                                                                                          \
    }

LINE(of_input)   /* side -> side: B^T */
LINE(to_input)   /* side -> side: B */
LINE(to_output)  /* side -> m: A^T */
LINE(of_output)  /* m -> side: A */
LINE(of_weights) /* taps -> side: G */
LINE(to_weights) /* side -> taps: G^T */

#undef LINE

#endif
