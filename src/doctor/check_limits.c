/* Limits of the process that a run may meet. */
#include "exam.h"

#include "lockstep/base/memory.h"

/* A connection to every other rank, and some files. */
#define FILES_OF_A_RANK 2
#define FILES_MORE      128

ls_status ls_check_limits(ls_exam *exam, ls_finding *finding)
{
    LS_TRY(ls_exam_gather_facts(exam));
    int64_t wanted = FILES_MORE + FILES_OF_A_RANK * (int64_t)exam->size;
    int least = 0;
    for (int r = 0; r < exam->size; r++) {
        least = exam->facts[r].open_files < exam->facts[least].open_files ? r : least;
    }
    int64_t allowed = exam->facts[least].open_files;
    if (allowed >= wanted) {
        ls_found(finding, "open files: %lld or more allowed, about %lld wanted", (long long)allowed,
                 (long long)wanted);
        return LS_OK;
    }
    ls_found(finding, "open files: rank %d on %s may have %lld, and wants about %lld", least,
             ls_comm_host_of(exam->comm, least), (long long)allowed, (long long)wanted);
    ls_cure(finding, LS_VERDICT_WARN, "ulimit -n %lld before the ranks start", (long long)wanted);
    return LS_OK;
}
