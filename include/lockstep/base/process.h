/* Facts about this process from the operating system. Local. */
#ifndef LOCKSTEP_BASE_PROCESS_H
#define LOCKSTEP_BASE_PROCESS_H

#include <stdint.h>

/* The most physical memory the process has held so far (VmHWM), in bytes; 0 where unknown. */
int64_t ls_process_peak_bytes(void);

#endif
