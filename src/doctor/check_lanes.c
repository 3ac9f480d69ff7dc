/* Ranks without work. */
#include "exam.h"

static long long long_of(int64_t value)
{
    return (long long)value;
}

ls_status ls_check_lanes(ls_exam *exam, ls_finding *finding)
{
    const ls_lanes *lanes = &exam->lanes;
    int64_t working = ls_lanes_first(lanes, 1);
    int64_t images = ls_lanes_batch_images(lanes, 0);
    int64_t most = (working + exam->size - 1) / exam->size;
    ls_found(finding, "a batch of %lld images is %lld lane%s for %d rank%s", long_of(images),
             long_of(working), ls_plural(working), exam->size, ls_plural(exam->size));
    if (working < exam->size) {
        ls_found(finding, ": %lld have no work", long_of(exam->size - working));
        ls_cure(finding, LS_VERDICT_WARN,
                "start %lld ranks, or set train.batch >= %lld or a smaller train.lane",
                long_of(working), long_of(exam->size * lanes->lane));
    } else if (working % exam->size != 0 && working < 4 * (int64_t)exam->size) {
        /* The others wait for those with one lane more. */
        double idle = 1 - (double)working / (double)(most * exam->size);
        ls_found(finding,
                 ": some have one more than others, and %.0f %% of the cores' time is lost",
                 100 * idle);
        if (idle > 0.2) {
            ls_cure(finding, LS_VERDICT_WARN,
                    "choose ranks, train.batch and train.lane so that the lanes divide evenly");
        }
    }
    return LS_OK;
}
