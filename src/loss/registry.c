/* The losses by name, made from the one list. */
#include "list.h"

#include "lockstep/loss/loss.h"

#include <string.h>

#define DECLARE(name) extern const ls_loss_type ls_loss_##name;
LS_LOSS_LIST(DECLARE)
#undef DECLARE

const ls_loss_type *ls_loss_type_find(const char *name)
{
#define MATCH(type)                                                                                \
    if (strcmp(name, ls_loss_##type.name) == 0) {                                                  \
        return &ls_loss_##type;                                                                    \
    }
    LS_LOSS_LIST(MATCH)
#undef MATCH
    return NULL;
}
