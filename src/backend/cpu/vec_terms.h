/* Products of vectors (vec.h) with one number. */
#ifndef LOCKSTEP_BACKEND_CPU_VEC_TERMS_H
#define LOCKSTEP_BACKEND_CPU_VEC_TERMS_H

#include "vec.h"

static LS_ALWAYS_INLINE ls_vec times(float factor, ls_vec v)
{
    return ls_vec_splat(factor) * v;
}

/* factor * v + plus */
static LS_ALWAYS_INLINE ls_vec more(float factor, ls_vec v, ls_vec plus)
{
    return ls_vec_fma(ls_vec_splat(factor), v, plus);
}

#endif
