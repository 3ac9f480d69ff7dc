/* The right OpenBLAS kernels before anything is computed. A library older than its CPU falls back
 * to kernels of another age (SSE on a CPU with AVX-512), a quarter of the speed; which ones it uses
 * is settled when it is loaded. So the program starts itself again, once, with the variable that
 * names the right ones. */
#include "app.h"

#include "lockstep/backend/backend.h"
#include "lockstep/base/log.h"

#include <stdlib.h>
#include <unistd.h>

#define CORE_VARIABLE "OPENBLAS_CORETYPE"
#define LEFT_VARIABLE "LOCKSTEP_LEFT_BLAS_CORE" /* what OpenBLAS took by itself */

/* By its own path, since the name of that file is the process's in ps and pgrep. */
static void start_again(char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv);
    }
    execv("/proc/self/exe", argv);
}

void app_choose_blas_core(char **argv)
{
    ls_isa isa = ls_isa_detect();
    const char *core = ls_backend_blas_core();
    if (getenv(CORE_VARIABLE) != NULL || ls_blas_core_judge(core, isa) == LS_BLAS_FITS) {
        return; /* who sets the variable is respected; the doctor's checks judge it */
    }
    setenv(CORE_VARIABLE, ls_blas_core_for(isa), 1);
    setenv(LEFT_VARIABLE, core, 1);
    start_again(argv);
    unsetenv(CORE_VARIABLE); /* it could not: slower, but as good */
    unsetenv(LEFT_VARIABLE);
}

void app_say_blas_core(void)
{
    const char *left = getenv(LEFT_VARIABLE);
    if (left != NULL) {
        ls_info("OpenBLAS took its %s kernels, which are slower on this CPU: it was started again "
                "with " CORE_VARIABLE "=%s",
                left, getenv(CORE_VARIABLE));
        unsetenv(LEFT_VARIABLE);
    }
}
