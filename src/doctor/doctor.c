/* Making the checks of the list, one after the other. */
#include "exam.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"

#include <string.h>

/* The checks are to end within seconds: a rank that does not come is not waited for longer. */
#define TIMEOUT_SECONDS 30.0

static const struct {
    const char *name;
    bool in_training;
    unsigned needs;
    ls_status (*run)(ls_exam *exam, ls_finding *finding);
} checks[LS_CHECK_COUNT] = {
#define CHECK_ROW(name, in_training, needs) {#name, in_training, needs, ls_check_##name},
    LS_CHECK_LIST(CHECK_ROW)
#undef CHECK_ROW
};

const char *ls_verdict_text(ls_verdict verdict)
{
    static const char *const texts[] = {
        [LS_VERDICT_OK] = "ok", [LS_VERDICT_WARN] = "warn", [LS_VERDICT_FAIL] = "fail"};
    return texts[verdict];
}

/* obstacles [LS_CHECK_COUNT]: the check whose failing is why a check has no result; NONE = it has.
 */
#define NONE (-1)

static int find_obstacle(unsigned needs, const int *obstacles)
{
    for (int i = 0; i < LS_CHECK_COUNT; i++) {
        if ((needs & (1u << i)) != 0 && obstacles[i] != NONE) {
            return obstacles[i];
        }
    }
    return NONE;
}

/* Makes check i. *broken: it could not be made, or its own work failed. */
static ls_status make_check(ls_exam *exam, int i, ls_finding *finding, bool *broken)
{
    ls_status status = ls_comm_agree(exam->comm, checks[i].run(exam, finding));
    *broken = status != LS_OK;
    if (ls_comm_is_lost(exam->comm)) {
        return status;
    }
    if (status != LS_OK) {
        ls_found_error(finding);
        ls_error_clear();
    }
    LS_TRY(ls_comm_broadcast(exam->comm, finding, sizeof *finding, 0));
    finding->name = checks[i].name; /* an address of this process */
    return LS_OK;
}

static void add_up(ls_diagnosis *out, const ls_finding *finding)
{
    out->checks++;
    out->warns += finding->verdict == LS_VERDICT_WARN;
    out->fails += finding->verdict == LS_VERDICT_FAIL;
}

static ls_status make_all(ls_exam *exam, ls_finding *finding, ls_doctor_show show, void *context,
                          ls_diagnosis *out)
{
    int obstacles[LS_CHECK_COUNT];
    for (int i = 0; i < LS_CHECK_COUNT; i++) {
        obstacles[i] = NONE;
        if (exam->in_training && !checks[i].in_training) {
            continue;
        }
        bool broken = false;
        int obstacle = find_obstacle(checks[i].needs, obstacles);
        memset(finding, 0, sizeof *finding);
        finding->name = checks[i].name;
        ls_comm_note(exam->comm, 0, checks[i].name);
        if (obstacle != NONE) {
            broken = true;
            ls_found(finding, "not checked, as %s failed", checks[obstacle].name);
            ls_cure(finding, LS_VERDICT_WARN, "mend %s first", checks[obstacle].name);
        } else {
            LS_TRY(make_check(exam, i, finding, &broken));
        }
        if (broken || finding->verdict == LS_VERDICT_FAIL) {
            obstacles[i] = obstacle != NONE ? obstacle : i;
        }
        if (!exam->in_training || !broken) {
            add_up(out, finding);
            show(context, finding);
        }
    }
    return LS_OK;
}

static ls_status examine(ls_exam *exam, ls_doctor_show show, void *context, ls_diagnosis *out)
{
    void *memory = NULL;
    *out = (ls_diagnosis){0};
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, sizeof(ls_finding), "a finding")));
    ls_status status = make_all(exam, memory, show, context, out);
    ls_free(memory);
    ls_exam_remove_probe(exam);
    ls_dataset_close(exam->dataset);
    ls_free(exam->facts);
    return status;
}

static void begin(ls_exam *exam, const ls_config *config, ls_comm *comm)
{
    *exam = (ls_exam){.config = config, .comm = comm};
    exam->rank = ls_comm_rank(comm);
    exam->size = ls_comm_size(comm);
}

ls_status ls_doctor(const ls_config *config, ls_comm *comm, ls_doctor_show show, void *context,
                    ls_diagnosis *out)
{
    static ls_exam exam; /* too large for comfort on the stack */
    begin(&exam, config, comm);
    double timeout = (double)config->comm_timeout_s;
    ls_comm_set_timeout(comm, timeout < TIMEOUT_SECONDS ? timeout : TIMEOUT_SECONDS);
    return examine(&exam, show, context, out);
}

static void warn(void *context, const ls_finding *finding)
{
    (void)context;
    if (finding->verdict != LS_VERDICT_OK) {
        ls_warn("%s; %s", finding->found, finding->cure);
    }
}

ls_status ls_doctor_warn(const ls_config *config, ls_comm *comm)
{
    static ls_exam exam; /* too large for comfort on the stack */
    ls_diagnosis diagnosis;
    begin(&exam, config, comm);
    exam.in_training = true;
    return examine(&exam, warn, NULL, &diagnosis);
}
