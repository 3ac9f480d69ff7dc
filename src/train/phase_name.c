/* What the phases of a step are called. */
#include "lockstep/train/engine.h"

const char *ls_phase_name(ls_phase phase)
{
    static const char *const names[LS_PHASE_COUNT] = {
        [LS_PHASE_BATCH] = "batch",         [LS_PHASE_FORWARD] = "forward",
        [LS_PHASE_LOSS] = "loss",           [LS_PHASE_BACKWARD] = "backward",
        [LS_PHASE_REDUCE] = "reduce",       [LS_PHASE_FIXED_POINT] = "fixed point",
        [LS_PHASE_OPTIMIZER] = "optimizer",
    };
    return names[phase];
}
