/* One set of kernels for all ranks: what changes bits must be the same everywhere. */
#include "lockstep/train/engine.h"

#include "lockstep/base/memory.h"

#include <stdio.h>
#include <string.h>

/* "OpenBLAS 0.3.21 Haswell" */
#define BLAS_CHARS 128

/* The first rank whose OpenBLAS is not rank 0's; size when there is none. names: [size]. */
static int find_other(const char (*names)[BLAS_CHARS], int size)
{
    int r = 1;
    while (r < size && strcmp(names[r], names[0]) == 0) {
        r++;
    }
    return r;
}

static ls_status compare_blas(const char (*names)[BLAS_CHARS], ls_comm *comm, ls_isa least)
{
    int size = ls_comm_size(comm);
    int other = find_other(names, size);
    if (other == size) {
        return LS_OK;
    }
    const char *core = ls_blas_core_for(least);
    LS_FAIL(LS_BAD_INPUT,
            "the ranks' OpenBLAS differs, and with it the last bits: %s for rank 0 on %s, but %s "
            "for rank %d on %s; give all ranks one library and core: mpirun -x "
            "OPENBLAS_CORETYPE=%s, or srun --export=ALL,OPENBLAS_CORETYPE=%s",
            names[0], ls_comm_host_of(comm, 0), names[other], other, ls_comm_host_of(comm, other),
            core, core);
}

static ls_status agree_on_blas(ls_comm *comm, ls_isa least)
{
    char mine[BLAS_CHARS] = "";
    char version[LS_BACKEND_TEXT_CHARS];
    snprintf(mine, sizeof mine, "%.80s %.40s", ls_backend_blas_version(version),
             ls_backend_blas_core());
    void *names;
    LS_TRY(ls_alloc(&names, (size_t)ls_comm_size(comm) * BLAS_CHARS, "the ranks' OpenBLAS"));
    ls_status status = ls_comm_gather(comm, mine, sizeof mine, names);
    if (status == LS_OK) {
        status = compare_blas(names, comm, least);
    }
    ls_free(names);
    return status;
}

/* The least kernel set, so that one binary serves a mixed cluster and every lane gives the same
 * bits on every host. */
ls_status ls_engine_find_backend(const ls_backend **out, const ls_config *config, ls_comm *comm)
{
    int64_t least = ls_isa_detect();
    LS_TRY(ls_comm_min_i64(comm, &least, 1));
    LS_TRY(agree_on_blas(comm, (ls_isa)least));
    ls_isa isa;
    LS_TRY(ls_isa_parse(config->backend_isa, (ls_isa)least, &isa));
    LS_TRY(ls_backend_find(out, config->backend_name, isa));
    LS_TRY(ls_backend_with_conv(out, *out, config->backend_conv));
    return ls_backend_with_products(out, *out, config->backend_products);
}
