/* Cores: whether each rank has one of its own, and threads that nobody needs. */
#include "cores.h"

#include "lockstep/base/memory.h"

#include <string.h>

/* The ranks of one host, as far as they may have what they need. */
typedef struct host {
    int first; /* its lowest rank */
    int ranks;
    int allowed;                    /* CPUs that its ranks might use if they were not bound */
    int cpus, cores;                /* that its ranks may use together */
    int on_cpus, on_cores;          /* ranks that can run at the same time on them */
    int64_t threads;                /* that OpenBLAS starts, over its ranks */
    const uint8_t **sets;           /* [ranks], a buffer */
    int rank_of[LS_CPUS];           /* a buffer */
    uint8_t together[LS_CPU_BYTES]; /* a buffer */
} host;

/* The sets of a host's ranks, and how many CPUs they have together. */
static int collect(const ls_exam *exam, host *h, bool cores)
{
    h->ranks = 0;
    h->threads = 0;
    h->allowed = 0;
    memset(h->together, 0, sizeof h->together);
    for (int r = 0; r < exam->size; r++) {
        const ls_facts *facts = &exam->facts[r];
        if (facts->host == h->first) {
            const uint8_t *set = cores ? facts->cores : facts->cpus;
            h->sets[h->ranks++] = set;
            h->threads += facts->blas_threads;
            h->allowed = facts->allowed > h->allowed ? (int)facts->allowed : h->allowed;
            for (int i = 0; i < LS_CPU_BYTES; i++) {
                h->together[i] |= set[i];
            }
        }
    }
    return ls_cpus_count(h->together);
}

static void survey(const ls_exam *exam, host *h)
{
    h->cores = collect(exam, h, true);
    h->on_cores = ls_cpus_match(h->ranks, h->sets, h->rank_of);
    h->cpus = collect(exam, h, false);
    h->on_cpus = ls_cpus_match(h->ranks, h->sets, h->rank_of);
}

/* Calls f for every host, until one gives something to be mended. */
static ls_status each_host(ls_exam *exam, ls_finding *finding,
                           bool (*f)(const ls_exam *exam, const host *h, ls_finding *finding))
{
    LS_TRY(ls_exam_gather_facts(exam));
    void *memory;
    size_t room = sizeof(host) + (size_t)exam->size * sizeof(uint8_t *);
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, room, "a host's cores")));
    host *h = memory;
    h->sets = (const uint8_t **)(h + 1);
    bool well = true;
    for (int r = 0; r < exam->size && well; r++) {
        if (exam->facts[r].host == r) {
            h->first = r;
            survey(exam, h);
            well = f(exam, h, finding);
        }
    }
    ls_free(memory);
    return LS_OK;
}

static bool judge_cores(const ls_exam *exam, const host *h, ls_finding *finding)
{
    const char *name = ls_comm_host_of(exam->comm, h->first);
    int possible = h->ranks < h->allowed ? h->ranks : h->allowed;
    if (h->cpus == 0 || (h->on_cpus == h->ranks && h->on_cores == h->ranks)) {
        return true;
    }
    if (h->on_cpus < possible) {
        ls_found(finding,
                 "bound badly: of %d ranks on %s only %d can run at the same time, though %d cores "
                 "are there",
                 h->ranks, name, h->on_cpus, h->allowed);
        ls_cure(finding, LS_VERDICT_FAIL,
                "bind each rank to a core of its own: mpirun --bind-to core --map-by core, or srun "
                "--cpu-bind=cores");
    } else if (h->ranks > h->cpus) {
        ls_found(finding, "oversubscription: %d ranks share %d core%s of %s", h->ranks, h->cpus,
                 ls_plural(h->cpus), name);
        ls_cure(finding, LS_VERDICT_WARN,
                "start at most one rank a core there, or ask for more cores");
    } else {
        ls_found(finding, "%d ranks share %d cores of %s as hardware threads", h->ranks, h->cores,
                 name);
        ls_cure(finding, LS_VERDICT_WARN,
                "start one rank a core: mpirun --map-by core, srun --hint=nomultithread");
    }
    return false;
}

ls_status ls_check_cores(ls_exam *exam, ls_finding *finding)
{
    LS_TRY(each_host(exam, finding, judge_cores));
    if (finding->verdict == LS_VERDICT_OK) {
        int most = 0;
        for (int r = 0; r < exam->size; r++) {
            int cpus = ls_cpus_count(exam->facts[r].cpus);
            most = cpus > most ? cpus : most;
        }
        ls_found(finding, "each rank can have a core of its own, %s",
                 most == 1 ? "and is bound to it" : "and is not bound to one");
    }
    return LS_OK;
}

/* Lockstep itself computes with one thread; the others sleep, but there may be too many of them for
 * a limit, and cores that were asked for them stay idle. */
static bool judge_threads(const ls_exam *exam, const host *h, ls_finding *finding)
{
    if (h->threads <= h->ranks || h->threads <= h->cpus) {
        return true;
    }
    ls_found(finding,
             "OpenBLAS starts %lld threads for %d rank%s and %d core%s of %s, of which one "
             "a rank is used",
             (long long)h->threads, h->ranks, ls_plural(h->ranks), h->cpus, ls_plural(h->cpus),
             ls_comm_host_of(exam->comm, h->first));
    ls_cure(finding, LS_VERDICT_WARN,
            "export OPENBLAS_NUM_THREADS=1 for all ranks (mpirun -x OPENBLAS_NUM_THREADS=1)");
    return false;
}

ls_status ls_check_threads(ls_exam *exam, ls_finding *finding)
{
    LS_TRY(each_host(exam, finding, judge_threads));
    if (finding->verdict == LS_VERDICT_OK) {
        ls_found(finding,
                 "one thread a rank computes, and no more are started than cores are there");
    }
    return LS_OK;
}
