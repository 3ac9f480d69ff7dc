/* Whether libxsmm can serve, and whether it wins: one answer for the process, so this is compiled
 * once. */
#ifndef LOCKSTEP_BACKEND_CPU_XSMM_ABLE_H
#define LOCKSTEP_BACKEND_CPU_XSMM_ABLE_H

#include <stdbool.h>

/* By the table in xsmm.c; false in a build without libxsmm. */
bool ls_cpu_xsmm_wins(void);
/* Why it can't serve here and how to mend it, static text; NULL: it can. The first call prepares
 * the library: some milliseconds and 11 MiB. */
const char *ls_cpu_xsmm_lacks(void);

#endif
