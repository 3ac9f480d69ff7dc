/* Proves which OpenBLAS cores suit which CPUs: kernels of the CPU's own width fit, those of half of
 * what it can do in a cycle cost half, older ones three quarters, whatever the case of the name;
 * an unknown name is not complained about; and which cores a CPU can't run at all. */
#include "lockstep/backend/backend.h"
#include "unit/cmocka_all.h"

/* By hand, from the instructions that OpenBLAS's KERNEL.<core> files name. */
static const struct {
    const char *core;
    ls_blas_fit portable, avx2, avx512;
} table[] = {
    {"SkylakeX", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_FITS},
    {"Cooperlake", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_FITS},
    {"SapphireRapids", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_FITS},
    {"Haswell", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_HALF},
    {"haswell", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_HALF},
    {"Zen", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_HALF},
    {"ZEN", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_HALF},
    {"Excavator", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_HALF},
    {"Sandybridge", LS_BLAS_FITS, LS_BLAS_HALF, LS_BLAS_QUARTER},
    {"Bulldozer", LS_BLAS_FITS, LS_BLAS_HALF, LS_BLAS_QUARTER},
    {"Nehalem", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"Prescott", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"Core2", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"Opteron(SSE3)", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"generic", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"Unknown", LS_BLAS_FITS, LS_BLAS_QUARTER, LS_BLAS_QUARTER},
    {"neoversen1", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_FITS},
    {"", LS_BLAS_FITS, LS_BLAS_FITS, LS_BLAS_FITS},
};

static void expect(const char *core, ls_isa isa, ls_blas_fit wanted)
{
    ls_blas_fit got = ls_blas_core_judge(core, isa);
    if (got != wanted) {
        fail_msg("\"%s\" on %s: %d, expected %d", core, ls_isa_name(isa), got, wanted);
    }
}

static void judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        expect(table[i].core, LS_ISA_PORTABLE, table[i].portable);
        expect(table[i].core, LS_ISA_AVX2, table[i].avx2);
        expect(table[i].core, LS_ISA_AVX512, table[i].avx512);
    }
}

/* What is advised must not be complained about. */
static void advice_fits(void **state)
{
    (void)state;
    for (int isa = 0; isa < LS_ISA_COUNT; isa++) {
        const char *core = ls_blas_core_for((ls_isa)isa);
        assert_int_equal(ls_blas_core_judge(core, (ls_isa)isa), LS_BLAS_FITS);
    }
}

static void cores_beyond_a_cpu_are_known(void **state)
{
    (void)state;
    assert_false(ls_blas_core_runs("SkylakeX", LS_ISA_AVX2));
    assert_false(ls_blas_core_runs("cooperlake", LS_ISA_PORTABLE));
    assert_false(ls_blas_core_runs("Haswell", LS_ISA_PORTABLE));
    assert_true(ls_blas_core_runs("Sandybridge", LS_ISA_PORTABLE));
    assert_true(ls_blas_core_runs("neoversen1", LS_ISA_PORTABLE));
    for (int isa = 0; isa < LS_ISA_COUNT; isa++) {
        assert_true(ls_blas_core_runs(ls_blas_core_for((ls_isa)isa), LS_ISA_AVX512));
        assert_true(ls_blas_core_runs(ls_blas_core_for((ls_isa)isa), (ls_isa)isa));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judge),
        cmocka_unit_test(advice_fits),
        cmocka_unit_test(cores_beyond_a_cpu_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
