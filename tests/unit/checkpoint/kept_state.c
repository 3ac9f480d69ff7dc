/* Gives every model a state block, as no type of layer keeps state yet: linked into a test with
 * -Wl,--wrap, these stand in for the model's own. One model at a time. */
#include "lockstep/model/model.h"

#define STATE_COUNT 37 /* not a multiple of the ranks */

/* What the linker puts in the place of the functions of these names. */
int64_t __wrap_ls_model_state_count(const ls_model *model);
float *__wrap_ls_model_state(ls_model *model);

int64_t __wrap_ls_model_state_count(const ls_model *model)
{
    (void)model;
    return STATE_COUNT;
}

float *__wrap_ls_model_state(ls_model *model)
{
    static float values[STATE_COUNT];
    (void)model;
    return values;
}
