/* Time. */
#include "lockstep/base/clock.h"

#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double ls_clock_seconds(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double ls_clock_wall_seconds(void)
{
    return read_clock(CLOCK_REALTIME);
}

void ls_clock_text(char text[LS_CLOCK_TEXT_CHARS])
{
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    if (strftime(text, LS_CLOCK_TEXT_CHARS, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        text[0] = '\0';
    }
}
