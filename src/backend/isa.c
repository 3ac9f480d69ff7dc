/* Kernel sets: their names, what this CPU has, and which one a setting asks for. */
#include "lockstep/backend/backend.h"

#include <string.h>

static const char *const names[LS_ISA_COUNT] = {"portable", "avx2", "avx512"};

const char *ls_isa_name(ls_isa isa)
{
    return names[isa];
}

ls_isa ls_isa_detect(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx2 && avx512) {
        return LS_ISA_AVX512;
    }
    if (avx2) {
        return LS_ISA_AVX2;
    }
#endif
    return LS_ISA_PORTABLE;
}

ls_status ls_isa_parse(const char *name, ls_isa detected, ls_isa *out)
{
    if (strcmp(name, "auto") == 0) {
        *out = detected;
        return LS_OK;
    }
    for (int isa = 0; isa < LS_ISA_COUNT; isa++) {
        if (strcmp(name, names[isa]) == 0) {
            LS_REQUIRE(isa <= (int)detected, LS_BAD_INPUT,
                       "backend.isa = %s: not every CPU of this run has it; set it to auto or %s",
                       name, names[detected]);
            *out = (ls_isa)isa;
            return LS_OK;
        }
    }
    LS_FAIL(LS_BAD_INPUT, "backend.isa = %s: must be auto, portable, avx2 or avx512", name);
}
