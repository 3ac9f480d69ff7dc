/* Sets of CPUs, and whether each rank can have one of its own. Pure functions. Private to doctor.
 */
#ifndef LOCKSTEP_DOCTOR_CORES_H
#define LOCKSTEP_DOCTOR_CORES_H

#include "exam.h"

void ls_cpus_add(uint8_t set[LS_CPU_BYTES], int cpu);
bool ls_cpus_has(const uint8_t set[LS_CPU_BYTES], int cpu);
int ls_cpus_count(const uint8_t set[LS_CPU_BYTES]);

/* The most of `count` ranks that can run at the same time, each on a CPU of its own out of its set
 * sets[i] (a maximum matching; Kuhn 1955). rank_of: [LS_CPUS], which rank a CPU goes to, or -1. */
int ls_cpus_match(int count, const uint8_t *const *sets, int *rank_of);

#endif
