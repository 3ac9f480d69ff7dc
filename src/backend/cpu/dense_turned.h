/* The inputs' gradient of a dense layer from weights that nobody packed. Private to dense. */
#ifndef LOCKSTEP_BACKEND_CPU_DENSE_TURNED_H
#define LOCKSTEP_BACKEND_CPU_DENSE_TURNED_H

#include "cpu.h"

#define ls_dense_turned_dx LS_SET(ls_cpu_dense_turned_dx)

/* dx[n,in] = dy[n,out] W^T with w[in,out], for any n; fast where two vectors of images are there.
 */
void ls_dense_turned_dx(int n, int in, int out, const float *w, const float *dy, float *dx);

#endif
