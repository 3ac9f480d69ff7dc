/* Dealing CPUs to ranks: each rank in turn takes one that is free, or asks the rank that has one of
 * its own to take another. */
#include "cores.h"

#include <string.h>

void ls_cpus_add(uint8_t set[LS_CPU_BYTES], int cpu)
{
    set[cpu / 8] = (uint8_t)(set[cpu / 8] | 1u << (cpu % 8));
}

bool ls_cpus_has(const uint8_t set[LS_CPU_BYTES], int cpu)
{
    return (set[cpu / 8] >> (cpu % 8) & 1) != 0;
}

int ls_cpus_count(const uint8_t set[LS_CPU_BYTES])
{
    int count = 0;
    for (int cpu = 0; cpu < LS_CPUS; cpu++) {
        count += ls_cpus_has(set, cpu);
    }
    return count;
}

/* Whether `rank` gets a CPU; those in `asked` have been asked for already. */
static bool take(int rank, const uint8_t *const *sets, uint8_t *asked, int *rank_of)
{
    for (int cpu = 0; cpu < LS_CPUS; cpu++) {
        if (ls_cpus_has(sets[rank], cpu) && !ls_cpus_has(asked, cpu)) {
            ls_cpus_add(asked, cpu);
            if (rank_of[cpu] < 0 || take(rank_of[cpu], sets, asked, rank_of)) {
                rank_of[cpu] = rank;
                return true;
            }
        }
    }
    return false;
}

int ls_cpus_match(int count, const uint8_t *const *sets, int *rank_of)
{
    int matched = 0;
    for (int cpu = 0; cpu < LS_CPUS; cpu++) {
        rank_of[cpu] = -1;
    }
    for (int rank = 0; rank < count; rank++) {
        uint8_t asked[LS_CPU_BYTES] = {0};
        matched += take(rank, sets, asked, rank_of);
    }
    return matched;
}
