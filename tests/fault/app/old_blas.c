/* An OpenBLAS that is older than its CPU, loaded before the real one (LD_PRELOAD): it says that it
 * took Prescott's kernels unless OPENBLAS_CORETYPE names others. */
#include <stdlib.h>

char *openblas_get_corename(void);

char *openblas_get_corename(void)
{
    static char old[] = "Prescott";
    char *chosen = getenv("OPENBLAS_CORETYPE");
    return chosen != NULL ? chosen : old;
}
