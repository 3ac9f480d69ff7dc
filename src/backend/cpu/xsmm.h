/* The small products of product.h by kernels that libxsmm makes at run time for one shape
 * (Heinecke et al. 2016, "LIBXSMM: Accelerating Small Matrix Multiplications by Runtime Code
 * Generation"). Their sums go through the same fused multiply-adds in the same order as own ones
 * do: the same bits, with or without. xsmm.c has the table of where they are used. */
#ifndef LOCKSTEP_BACKEND_CPU_XSMM_H
#define LOCKSTEP_BACKEND_CPU_XSMM_H

#include "product.h"

#ifdef LS_USES_XSMM
#define ls_xsmm_product LS_SET(ls_cpu_xsmm_product)
#define ls_xsmm_outer   LS_SET(ls_cpu_xsmm_outer)

/* As ls_product_rows without bias and ls_outer; false: nothing was done, own kernels have to. */
bool ls_xsmm_product(int rows, const ls_runs *runs, const ls_row_run *at, const float *panel);
bool ls_xsmm_outer(int rows, const ls_places *places, const float *a, const float *b,
                   const ls_sums *sums);
#else
static inline bool ls_xsmm_product(int rows, const ls_runs *runs, const ls_row_run *at,
                                   const float *panel)
{
    (void)rows, (void)runs, (void)at, (void)panel;
    return false;
}

static inline bool ls_xsmm_outer(int rows, const ls_places *places, const float *a, const float *b,
                                 const ls_sums *sums)
{
    (void)rows, (void)places, (void)a, (void)b, (void)sums;
    return false;
}
#endif

#endif
