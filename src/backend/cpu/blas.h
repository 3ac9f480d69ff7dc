/* The BLAS library as a whole: one for all kernel sets, so this is compiled once. */
#ifndef LOCKSTEP_BACKEND_CPU_BLAS_H
#define LOCKSTEP_BACKEND_CPU_BLAS_H

#include <stddef.h>

/* One thread: a rank has one core. */
void ls_cpu_blas_start(void);
/* Its name and version: "OpenBLAS 0.3.21". */
void ls_cpu_blas_name(char *text, size_t bytes);
/* The CPU that its kernels are for, as it found it: static text. */
const char *ls_cpu_blas_core(void);

#endif
