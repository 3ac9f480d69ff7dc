/* Time: monotonic seconds for measuring, and the wall clock for records. Local. */
#ifndef LOCKSTEP_BASE_CLOCK_H
#define LOCKSTEP_BASE_CLOCK_H

#include <stddef.h>

double ls_clock_seconds(void);
/* The wall clock: seconds since 1970. */
double ls_clock_wall_seconds(void);
/* UTC as 2026-01-31T12:00:00Z. */
#define LS_CLOCK_TEXT_CHARS 24
void ls_clock_text(char text[LS_CLOCK_TEXT_CHARS]);

#endif
