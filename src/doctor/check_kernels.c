/* Which kernels compute, the same everywhere; and whether OpenBLAS's are the CPU's best. */
#include "exam.h"

#include "lockstep/base/memory.h"
#include "lockstep/train/engine.h"

#include <stdio.h>
#include <string.h>

/* The least kernel set of all ranks, and those that could do more. */
static ls_isa find_least(const ls_exam *exam)
{
    int64_t least = LS_ISA_COUNT - 1;
    for (int r = 0; r < exam->size; r++) {
        least = exam->facts[r].isa < least ? exam->facts[r].isa : least;
    }
    return (ls_isa)least;
}

/* Hosts that must compute below their abilities because others can't do as much. */
static ls_status find_held_back(const ls_exam *exam, ls_finding *finding)
{
    ls_isa least = find_least(exam);
    void *memory;
    bool any = false;
    LS_TRY(ls_alloc(&memory, (size_t)exam->size * sizeof(bool), "marks of ranks"));
    bool *more = memory;
    for (int r = 0; r < exam->size; r++) {
        more[r] = exam->facts[r].isa > (int64_t)least;
        any = any || more[r];
    }
    if (any && strcmp(exam->config->backend_isa, "auto") == 0) {
        ls_found(finding, "; but the CPUs differ, and more could be done by ");
        ls_found_ranks(finding, exam, more);
        ls_cure(finding, LS_VERDICT_WARN,
                "ask for hosts of one kind (Slurm: --constraint), or set backend.isa = %s so that "
                "every run gives the same bits",
                ls_isa_name(least));
    }
    ls_free(memory);
    return LS_OK;
}

ls_status ls_check_kernels(ls_exam *exam, ls_finding *finding)
{
    char text[LS_BACKEND_TEXT_CHARS];
    LS_TRY(ls_exam_gather_facts(exam));
    LS_TRY(ls_comm_agree(exam->comm,
                         ls_engine_find_backend(&exam->backend, exam->config, exam->comm)));
    ls_found(finding, "%s on every rank, rank 0's small products %s",
             ls_backend_describe(exam->backend, text), exam->backend->products);
    return find_held_back(exam, finding);
}

/* A core's own name is judged by what all CPUs can do, as it has to be the same on all. */
ls_status ls_check_blas_core(ls_exam *exam, ls_finding *finding)
{
    LS_TRY(ls_exam_gather_facts(exam));
    ls_isa least = find_least(exam);
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)exam->size * sizeof(bool), "marks of ranks"));
    bool *marked = memory;
    ls_blas_fit worst = LS_BLAS_FITS;
    for (int r = 0; r < exam->size; r++) {
        ls_blas_fit fit = ls_blas_core_judge(exam->facts[r].blas_core, least);
        worst = fit > worst ? fit : worst;
    }
    const char *core = exam->facts[0].blas_core;
    for (int r = exam->size; r-- > 0;) {
        marked[r] = ls_blas_core_judge(exam->facts[r].blas_core, least) == worst;
        core = marked[r] ? exam->facts[r].blas_core : core;
    }
    if (worst == LS_BLAS_FITS) {
        ls_found(finding, "OpenBLAS computes with its %s kernels on %s CPUs", core,
                 ls_isa_name(least));
    } else {
        const char *best = ls_blas_core_for(least);
        bool slow = worst == LS_BLAS_QUARTER;
        ls_found(finding,
                 "OpenBLAS computes with its %s kernels on %s CPUs, which costs a factor "
                 "of up to %s in matrix products: ",
                 core, ls_isa_name(least), slow ? "four" : "two");
        ls_found_ranks(finding, exam, marked);
        ls_cure(finding, slow ? LS_VERDICT_FAIL : LS_VERDICT_WARN,
                "export OPENBLAS_CORETYPE=%s for all ranks (mpirun -x OPENBLAS_CORETYPE=%s, srun "
                "--export=ALL,OPENBLAS_CORETYPE=%s)",
                best, best, best);
    }
    ls_free(memory);
    return LS_OK;
}
