/* Which table serves a name and a kernel set, and what it says of itself. */
#include "lockstep/backend/backend.h"

#include "cpu/blas.h"
#include "lockstep/base/clock.h"
#include "ref/ref.h"
#include "sets.h"

#include <stdio.h>
#include <string.h>

#define TABLE_OF(set, isa) [isa] = ls_cpu_backend_##set,
static const ls_backend *const cpu_tables[LS_ISA_COUNT] = {LS_KERNEL_SETS(TABLE_OF)};
#undef TABLE_OF

#define FLOPS_OF(set, isa) [isa] = ls_cpu_fma_flops_##set,
static double (*const fma_flops[LS_ISA_COUNT])(int64_t rounds) = {LS_KERNEL_SETS(FLOPS_OF)};
#undef FLOPS_OF

ls_status ls_backend_find(const ls_backend **out, const char *name, ls_isa isa)
{
    ls_cpu_blas_start();
    if (strcmp(name, "ref") == 0) {
        *out = &ls_ref_backend;
        return LS_OK;
    }
    LS_REQUIRE(strcmp(name, "cpu") == 0, LS_BAD_INPUT, "backend.name = %s: must be cpu or ref",
               name);
    LS_REQUIRE(cpu_tables[isa] != NULL, LS_BAD_INPUT,
               "backend.isa = %s: this build has no such kernels; set it to portable",
               ls_isa_name(isa));
    LS_REQUIRE(isa <= ls_isa_detect(), LS_BAD_INPUT,
               "backend.isa = %s: this CPU has no such instructions; set it to auto or %s",
               ls_isa_name(isa), ls_isa_name(ls_isa_detect()));
    LS_REQUIRE(ls_blas_core_runs(ls_backend_blas_core(), ls_isa_detect()), LS_BAD_INPUT,
               "OpenBLAS is to use its %s kernels, whose instructions this CPU lacks; unset "
               "OPENBLAS_CORETYPE, or set it to %s",
               ls_backend_blas_core(), ls_blas_core_for(ls_isa_detect()));
    *out = &cpu_tables[isa][LS_CONV_AUTO];
    return LS_OK;
}

ls_status ls_backend_with_conv(const ls_backend **out, const ls_backend *backend, const char *form)
{
    static const char *const names[LS_CONV_FORMS] = {"auto", "direct", "winograd2", "winograd4"};
    int found = 0;
    while (found < LS_CONV_FORMS && strcmp(names[found], form) != 0) {
        found++;
    }
    LS_REQUIRE(found < LS_CONV_FORMS, LS_BAD_INPUT,
               "backend.conv = %s: must be auto, direct, winograd2 or winograd4", form);
    *out = backend;
    if (backend != &ls_ref_backend) {
        *out = backend - backend->conv_form + found; /* a set's tables lie in the order of forms */
        return LS_OK;
    }
    LS_REQUIRE(found <= LS_CONV_DIRECT, LS_BAD_INPUT,
               "backend.conv = %s: backend ref has direct alone; set it to auto, or backend.name "
               "to cpu",
               form);
    return LS_OK;
}

const char *ls_backend_describe(const ls_backend *backend, char text[LS_BACKEND_TEXT_CHARS])
{
    if (backend == &ls_ref_backend) {
        snprintf(text, LS_BACKEND_TEXT_CHARS, "ref");
        return text;
    }
    char version[LS_BACKEND_TEXT_CHARS];
    snprintf(text, LS_BACKEND_TEXT_CHARS, "%s %s, %.60s %.40s", backend->name,
             ls_isa_name((ls_isa)backend->isa), ls_backend_blas_version(version),
             ls_backend_blas_core());
    return text;
}

const char *ls_backend_blas_core(void)
{
    return ls_cpu_blas_core();
}

const char *ls_backend_blas_version(char text[LS_BACKEND_TEXT_CHARS])
{
    ls_cpu_blas_name(text, LS_BACKEND_TEXT_CHARS);
    return text;
}

#define TRIALS 5
#define ROUNDS 400000 /* some milliseconds a trial */

double ls_backend_peak_gflops(ls_isa isa)
{
    double best = 0.0;
    for (int i = 0; i < TRIALS && fma_flops[isa] != NULL; i++) {
        double began = ls_clock_seconds();
        double flops = fma_flops[isa](ROUNDS);
        double rate = 1e-9 * flops / (ls_clock_seconds() - began);
        best = rate > best ? rate : best;
    }
    return best;
}
