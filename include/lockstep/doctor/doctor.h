/* What would go wrong, or slowly, on this machine or cluster, found before a job is paid for.
 *
 *     LS_TRY(ls_doctor(&config, comm, show, context, &summary));     in seconds, all checks
 *     ls_doctor_warn(&config, comm);                                 before training, the cheap
 * ones
 *
 * One file a check, and one line in src/doctor/list.h. Nothing is left behind: no file, no folder.
 */
#ifndef LOCKSTEP_DOCTOR_DOCTOR_H
#define LOCKSTEP_DOCTOR_DOCTOR_H

#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"

typedef enum ls_verdict { LS_VERDICT_OK, LS_VERDICT_WARN, LS_VERDICT_FAIL } ls_verdict;
/* "ok", "warn", "fail". */
const char *ls_verdict_text(ls_verdict verdict);

#define LS_FOUND_CHARS 2048
#define LS_CURE_CHARS  1024
typedef struct ls_finding {
    const char *name; /* of the check; static */
    ls_verdict verdict;
    char found[LS_FOUND_CHARS];
    char cure[LS_CURE_CHARS]; /* "" when all is well */
} ls_finding;

typedef struct ls_diagnosis {
    int checks, warns, fails;
} ls_diagnosis;

/* Called on every rank as soon as a check is done, with the same finding. */
typedef void (*ls_doctor_show)(void *context, const ls_finding *finding);

/* Collective. A check that finds a fault is no failure of this function: that is LS_LOST, when a
 * rank no longer answers. */
ls_status ls_doctor(const ls_config *config, ls_comm *comm, ls_doctor_show show, void *context,
                    ls_diagnosis *out);

/* Collective. The checks that cost next to nothing; what is not well is warned about in the log.
 * What stops training in any case is left to it to say. */
ls_status ls_doctor_warn(const ls_config *config, ls_comm *comm);

#endif
