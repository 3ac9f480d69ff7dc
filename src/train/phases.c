/* Where the time of a step goes. */
#include "phases.h"

#include "lockstep/base/clock.h"

void ls_phases_lap(ls_phases *phases, ls_phase phase, double *began)
{
    double now = ls_clock_seconds();
    phases->times.seconds[phase] += now - *began;
    if (phases->trace != NULL) {
        ls_trace_phase(phases->trace, phase, *began, now);
    }
    *began = now;
}

void ls_phases_move(ls_phases *phases, ls_phase from, ls_phase to, double seconds)
{
    phases->times.seconds[from] -= seconds;
    phases->times.seconds[to] += seconds;
}

ls_engine_times ls_phases_take(ls_phases *phases)
{
    ls_engine_times times = phases->times;
    times.seconds[LS_PHASE_BACKWARD] -=
        times.seconds[LS_PHASE_FIXED_POINT] + phases->hook_sum_seconds;
    phases->times = (ls_engine_times){0};
    phases->hook_sum_seconds = 0;
    return times;
}
