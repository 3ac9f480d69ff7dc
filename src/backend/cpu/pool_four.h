/* Rectifying and max pooling of a 2 x 2 window in registers, with the same bits as `relu` and then
 * `maxpool` (ops.h), and the way back. The place of the maximum is 0 to 3, or LS_NO_PLACE where it
 * is not positive, so that no gradient comes back. */
#ifndef LOCKSTEP_BACKEND_CPU_POOL_FOUR_H
#define LOCKSTEP_BACKEND_CPU_POOL_FOUR_H

#include "cpu.h"
#include "vec_mask.h"

/* The better of two numbers, and its place. */
static LS_ALWAYS_INLINE void ls_pool_two(ls_vec a, ls_vec b, ls_corners a_place, ls_corners b_place,
                                         ls_vec *most, ls_corners *place)
{
    ls_mask beats = ls_vec_beats(b, a);
    *most = ls_vec_pick(beats, b, a);
    *place = ls_corners_pick(beats, b_place, a_place);
}

/* window: of the places (0,0), (0,1), (1,0), (1,1). The first alone is rectified: what does not
 * beat it is not positive. */
static LS_ALWAYS_INLINE ls_vec ls_pool_four(const ls_vec window[4], ls_corners *place)
{
    const ls_vec zero = ls_vec_splat(0.0F);
    ls_vec above, below, most;
    ls_corners above_place, below_place, at;
    ls_pool_two(ls_vec_max(zero, window[0]), window[1], ls_corners_splat(0), ls_corners_splat(1),
                &above, &above_place);
    ls_pool_two(window[2], window[3], ls_corners_splat(2), ls_corners_splat(3), &below,
                &below_place);
    ls_pool_two(above, below, above_place, below_place, &most, &at);
    *place = ls_corners_pick(ls_vec_above(most, zero), at, ls_corners_splat(LS_NO_PLACE));
    return most;
}

/* What is given back: dy, or zero where no gradient comes back. */
static LS_ALWAYS_INLINE ls_vec ls_unpool(ls_corners place, ls_vec dy)
{
    return ls_vec_pick(ls_corners_equal(place, ls_corners_splat(LS_NO_PLACE)), ls_vec_splat(0.0F),
                       dy);
}

/* window[k] = dy where k is the place, else 0. */
static LS_ALWAYS_INLINE void ls_unpool_four(ls_corners place, ls_vec dy, ls_vec window[4])
{
    LS_UNROLL
    for (int k = 0; k < 4; k++) {
        window[k] = ls_vec_where(ls_corners_equal(place, ls_corners_splat(k)), dy);
    }
}

#endif
