/* Whether all ranks run the same program on the same configuration. Asked first, and in a few
 * words alone: of ranks that differ in this nothing else can be asked. */
#include "exam.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"

#include <string.h>

/* Collective. Whether every rank's digest is rank 0's; if not, those that differ are found. */
static ls_status compare(ls_exam *exam, uint64_t mine, const char *what, ls_finding *finding,
                         bool *same)
{
    void *memory;
    size_t size = (size_t)exam->size;
    LS_TRY(ls_comm_agree(exam->comm,
                         ls_alloc(&memory, size * (sizeof mine + sizeof(bool)), "digests")));
    uint64_t *all = memory;
    bool *other = (bool *)(all + size);
    ls_status status = ls_comm_gather(exam->comm, &mine, sizeof mine, all);
    *same = true;
    for (int r = 0; r < exam->size && status == LS_OK; r++) {
        other[r] = all[r] != all[0];
        *same = *same && !other[r];
    }
    if (status == LS_OK && !*same) {
        ls_found(finding, "%s is not rank 0's (on %s): ", what, ls_comm_host_of(exam->comm, 0));
        ls_found_ranks(finding, exam, other);
    }
    ls_free(memory);
    return status;
}

/* Also the libraries, which a host may have of its own; OpenBLAS has a check of its own. */
static ls_status digest_program(uint64_t *digest)
{
    ls_text program = {0};
    LS_TRY(ls_file_read("/proc/self/exe", &program));
    ls_text_add(&program, "%s, HDF5 %s", ls_comm_library(), ls_h5_library());
    ls_status status = ls_text_check(&program);
    *digest = ls_hash64(program.data, program.length);
    ls_text_free(&program);
    return status;
}

ls_status ls_check_program(ls_exam *exam, ls_finding *finding)
{
    uint64_t digest = 0;
    bool same = false;
    int hosts = ls_comm_hosts(exam->comm);
    LS_TRY(ls_comm_agree(exam->comm, digest_program(&digest)));
    LS_TRY(compare(exam, digest, "the program, or its MPI or HDF5 library,", finding, &same));
    if (!same) {
        ls_cure(finding, LS_VERDICT_FAIL, "run one and the same file on all hosts");
        return LS_OK;
    }
    char text[LS_DIGEST_CHARS];
    ls_digest_text(digest, text);
    ls_found(finding, "the same on %d rank%s on %d host%s: %s, %s, HDF5 %s", exam->size,
             ls_plural(exam->size), hosts, ls_plural(hosts), text, ls_comm_library(),
             ls_h5_library());
    return LS_OK;
}

ls_status ls_check_config(ls_exam *exam, ls_finding *finding)
{
    ls_text text = {0};
    bool same = false;
    ls_config_write(exam->config, &text);
    ls_status status = ls_text_check(&text);
    uint64_t digest = status == LS_OK ? ls_hash64(text.data, text.length) : 0;
    ls_text_free(&text);
    LS_TRY(ls_comm_agree(exam->comm, status));
    LS_TRY(compare(exam, digest, "the resolved configuration", finding, &same));
    if (!same) {
        ls_cure(finding, LS_VERDICT_FAIL,
                "give all ranks the same file and the same section.key=value");
        return LS_OK;
    }
    char hex[LS_DIGEST_CHARS];
    ls_digest_text(digest, hex);
    ls_found(finding, "the same on every rank: %s", hex);
    return LS_OK;
}
