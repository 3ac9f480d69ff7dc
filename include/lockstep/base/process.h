/* This process, and asking another program. Local. */
#ifndef LOCKSTEP_BASE_PROCESS_H
#define LOCKSTEP_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most physical memory the process has held so far (VmHWM), in bytes; 0 where unknown. */
int64_t ls_process_peak_bytes(void);

/* Runs a program (found in PATH; words end with NULL) and takes what it prints on standard output.
 * False when it can't be run, fails, or has not ended after `seconds`; it is then killed. */
bool ls_process_ask(const char *const *words, double seconds, char *answer, size_t bytes);

#endif
