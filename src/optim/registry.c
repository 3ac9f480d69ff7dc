/* The optimizers by name, made from the one list. */
#include "list.h"

#include "lockstep/optim/optim.h"

#include <string.h>

#define DECLARE(name) extern const ls_optim_type ls_optim_##name;
LS_OPTIM_LIST(DECLARE)
#undef DECLARE

const ls_optim_type *ls_optim_type_find(const char *name)
{
#define MATCH(type)                                                                                \
    if (strcmp(name, ls_optim_##type.name) == 0) {                                                 \
        return &ls_optim_##type;                                                                   \
    }
    LS_OPTIM_LIST(MATCH)
#undef MATCH
    return NULL;
}
