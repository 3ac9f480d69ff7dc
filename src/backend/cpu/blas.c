/* What OpenBLAS is told once and says of itself. */
#include "blas.h"

#include <cblas.h>
#include <stdio.h>
#include <string.h>

void ls_cpu_blas_start(void)
{
    openblas_set_num_threads(1);
}

void ls_cpu_blas_name(char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", openblas_get_config()); /* "OpenBLAS 0.3.21 ..." */
    char *end = strchr(text, ' ');
    end = end != NULL ? strchr(end + 1, ' ') : NULL;
    if (end != NULL) {
        *end = '\0';
    }
}

const char *ls_cpu_blas_core(void)
{
    return openblas_get_corename();
}
