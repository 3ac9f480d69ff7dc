/* Whose small products a backend takes. */
#include "lockstep/backend/backend.h"

#include "cpu/xsmm_able.h"
#include "sets.h"

#include <string.h>

static const ls_backend *with_xsmm(const ls_backend *backend)
{
#ifdef LS_USES_XSMM
    return &ls_cpu_backend_xsmm[backend->conv_form];
#else
    return backend;
#endif
}

ls_status ls_backend_with_products(const ls_backend **out, const ls_backend *backend,
                                   const char *name)
{
    bool is_auto = strcmp(name, "auto") == 0;
    bool is_asked = strcmp(name, "libxsmm") == 0;
    bool is_other = strcmp(backend->name, "cpu") != 0 || backend->isa != LS_ISA_AVX512;
    *out = backend;
    LS_REQUIRE(is_auto || is_asked || strcmp(name, "own") == 0, LS_BAD_INPUT,
               "backend.products = %s: must be auto, own or libxsmm", name);
    LS_REQUIRE(
        !is_asked || !is_other, LS_BAD_INPUT,
        "backend.products = libxsmm: serves backend.name = cpu with its avx512 kernels alone, "
        "not %s %s; set it to auto",
        backend->name, ls_isa_name((ls_isa)backend->isa));
    if (is_other || !(is_asked || (is_auto && ls_cpu_xsmm_wins()))) {
        return LS_OK;
    }
    const char *lacks = ls_cpu_xsmm_lacks();
    LS_REQUIRE(!is_asked || lacks == NULL, LS_BAD_INPUT, "backend.products = libxsmm: %s", lacks);
    *out = lacks == NULL ? with_xsmm(backend) : backend;
    return LS_OK;
}
