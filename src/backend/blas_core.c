/* Which instructions the kernels of an OpenBLAS core use, and what a CPU loses by them. */
#include "lockstep/backend/backend.h"

#include <strings.h>

/* What the float32 kernels of a core make of a cycle, by the widest instructions they use: a vector
 * of 4 (SSE), 8 (AVX), 8 with products and sums in one (FMA), 16 (AVX-512). */
enum { SSE = 1, AVX = 2, FMA = 4, AVX512 = 8 };

/* The names that OpenBLAS 0.3 gives its x86 cores; it knows some by SSE alone. */
static const struct {
    const char *name;
    int power;
} cores[] = {
    {"SapphireRapids", AVX512},
    {"Cooperlake", AVX512},
    {"SkylakeX", AVX512},
    {"Haswell", FMA},
    {"Zen", FMA},
    {"Excavator", FMA},
    {"Steamroller", AVX},
    {"Piledriver", AVX},
    {"Bulldozer", AVX},
    {"Sandybridge", AVX},
    {"Nehalem", SSE},
    {"Dunnington", SSE},
    {"Penryn", SSE},
    {"Core2", SSE},
    {"Atom", SSE},
    {"Nano", SSE},
    {"Bobcat", SSE},
    {"Barcelona", SSE},
    {"Opteron", SSE},
    {"Opteron(SSE3)", SSE},
    {"Opteron_SSE3", SSE},
    {"Athlon", SSE},
    {"Banias", SSE},
    {"Prescott", SSE},
    {"Northwood", SSE},
    {"Coppermine", SSE},
    {"Katmai", SSE},
    {"generic", SSE},
    {"unknown", SSE},
};

static const int powers[LS_ISA_COUNT] = {
    [LS_ISA_PORTABLE] = SSE, [LS_ISA_AVX2] = FMA, [LS_ISA_AVX512] = AVX512};

/* 0 for a name that is not known. */
static int power_of(const char *core)
{
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        if (strcasecmp(core, cores[i].name) == 0) {
            return cores[i].power;
        }
    }
    return 0;
}

ls_blas_fit ls_blas_core_judge(const char *core, ls_isa isa)
{
    int power = power_of(core);
    int loss = power > 0 ? powers[isa] / power : 0; /* 0 for a core beyond the CPU's set too */
    return loss >= 4 ? LS_BLAS_QUARTER : loss >= 2 ? LS_BLAS_HALF : LS_BLAS_FITS;
}

/* A CPU without AVX2 may have AVX. */
bool ls_blas_core_runs(const char *core, ls_isa isa)
{
    int power = power_of(core);
    return power <= AVX || power <= powers[isa];
}

const char *ls_blas_core_for(ls_isa isa)
{
    static const char *const names[LS_ISA_COUNT] = {
        [LS_ISA_PORTABLE] = "Nehalem", [LS_ISA_AVX2] = "Haswell", [LS_ISA_AVX512] = "SkylakeX"};
    return names[isa];
}
