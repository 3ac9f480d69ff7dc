/* How much memory this host can still give. Private to doctor. */
#ifndef LOCKSTEP_DOCTOR_MEMORY_LEFT_H
#define LOCKSTEP_DOCTOR_MEMORY_LEFT_H

#include <stdint.h>

/* Bytes: what the system has available or, if less, what the limits of this process's control
 * groups leave (a job of Slurm, a container); -1 where nothing is told. */
int64_t ls_memory_left(void);

/* The same by files below `root` ("" on a host): for tests. */
int64_t ls_memory_left_under(const char *root);

#endif
