/* Time. */
#include "lockstep/base/clock.h"

#include <time.h>

double ls_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
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
