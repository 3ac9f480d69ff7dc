/* What libxsmm says of the CPU and of this process. */
#include "xsmm_able.h"

#include <stddef.h>

#ifdef LS_USES_XSMM
#include <libxsmm.h>

/* libxsmm tells CPUs by their instructions: with AVX-512 but without bfloat16 (Skylake-X to Ice
 * Lake). */
bool ls_cpu_xsmm_wins(void)
{
    int cpu = libxsmm_cpuid();
    return cpu >= LIBXSMM_X86_AVX512_CORE && cpu <= LIBXSMM_X86_AVX512_CLX;
}

const char *ls_cpu_xsmm_lacks(void)
{
    /* A lesser target may have no fused multiply-add, and with it other bits. */
    if (libxsmm_get_target_archid() < LIBXSMM_X86_AVX512_CORE) {
        return "it is told to make kernels for a lesser CPU; unset LIBXSMM_TARGET, or set "
               "backend.products to own";
    }
    if (libxsmm_smmdispatch(8, 8, 8, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == NULL) {
        return "it can't make kernels at run time, which needs memory that is writable and "
               "executable; set backend.products to own";
    }
    return NULL;
}
#else
bool ls_cpu_xsmm_wins(void)
{
    return false;
}

const char *ls_cpu_xsmm_lacks(void)
{
    return "this build has none: install libxsmm-dev 1.17 and build again, or set "
           "backend.products to own";
}
#endif
