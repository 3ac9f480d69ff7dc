/* What each rank knows of its own process and host, told to all once. */
#include "exam.h"

#include "cores.h"
#include "lockstep/base/memory.h"
#include "memory_left.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The first hardware thread of the core that CPU i is on: the CPU itself where nothing is told. */
static int first_of_core(int cpu)
{
    char path[96];
    int first = cpu;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%d", &first) != 1 || first < 0 || first > cpu) {
            first = cpu;
        }
        fclose(file);
    }
    return first;
}

typedef union cpu_mask {
    cpu_set_t set;
    uint8_t bytes[LS_CPU_BYTES];
} cpu_mask;

/* Asked by unbinding for a moment: the system leaves what the job or container has. */
static int64_t count_allowed(const cpu_mask *bound)
{
    cpu_mask all;
    memset(&all, 0xFF, sizeof all);
    if (sched_setaffinity(0, sizeof all, &all.set) == 0) {
        sched_getaffinity(0, sizeof all, &all.set);
        sched_setaffinity(0, sizeof *bound, &bound->set);
    } else {
        all = *bound;
    }
    return CPU_COUNT_S(sizeof all, &all.set);
}

static void find_cpus(ls_facts *facts)
{
    cpu_mask mask = {.bytes = {0}};
    if (sched_getaffinity(0, sizeof mask, &mask.set) != 0) {
        return;
    }
    facts->allowed = count_allowed(&mask);
    for (int cpu = 0; cpu < LS_CPUS; cpu++) {
        if (CPU_ISSET_S((size_t)cpu, sizeof mask, &mask.set)) {
            ls_cpus_add(facts->cpus, cpu);
            ls_cpus_add(facts->cores, first_of_core(cpu));
        }
    }
}

/* By the variables that OpenBLAS itself asks, in its order; else one for each CPU it may use. */
static int64_t find_blas_threads(const ls_facts *facts)
{
    static const char *const names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                        "OMP_NUM_THREADS"};
    int64_t cpus = ls_cpus_count(facts->cpus);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        int64_t wanted = value != NULL ? strtoll(value, NULL, 10) : 0;
        if (wanted > 0) {
            return wanted < cpus ? wanted : cpus;
        }
    }
    return cpus;
}

static int64_t limit_of(const struct rlimit *limit)
{
    bool limited = limit->rlim_cur != RLIM_INFINITY && limit->rlim_cur <= (rlim_t)INT64_MAX;
    return limited ? (int64_t)limit->rlim_cur : INT64_MAX;
}

static void find_limits(ls_facts *facts)
{
    struct rlimit files = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit size = files;
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_FSIZE, &size);
    facts->open_files = limit_of(&files);
    facts->file_bytes = limit_of(&size);
}

static void find_facts(ls_facts *facts)
{
    find_cpus(facts);
    facts->isa = ls_isa_detect();
    facts->blas_threads = find_blas_threads(facts);
    facts->memory_left = ls_memory_left();
    find_limits(facts);
    snprintf(facts->blas_core, sizeof facts->blas_core, "%s", ls_backend_blas_core());
}

ls_status ls_exam_gather_facts(ls_exam *exam)
{
    void *memory = NULL;
    if (exam->facts != NULL) {
        return LS_OK;
    }
    size_t room = ((size_t)exam->size + 1) * sizeof(ls_facts);
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, room, "facts of the ranks")));
    exam->facts = memory;
    ls_facts *mine = exam->facts + exam->size;
    find_facts(mine);
    mine->host = exam->rank;
    LS_TRY(ls_comm_min_i64(ls_comm_node(exam->comm), &mine->host, 1));
    return ls_comm_gather(exam->comm, mine, sizeof *mine, exam->facts);
}
