/* The loss types by index and by name, made from the one list. */
#include "list.h"

#include "lockstep/loss/loss.h"

#include <string.h>

#define DECLARE(name) extern const ls_loss_type ls_loss_##name;
LS_LOSS_LIST(DECLARE)
#undef DECLARE

#define ENTRY(name) &ls_loss_##name,
static const ls_loss_type *const types[] = {LS_LOSS_LIST(ENTRY)};
#undef ENTRY
_Static_assert(sizeof types / sizeof types[0] <= LS_LOSS_TYPES_MAX, "room for all in a loss");

int ls_loss_type_count(void)
{
    return (int)(sizeof types / sizeof types[0]);
}

const ls_loss_type *ls_loss_type_at(int index)
{
    return types[index];
}

const ls_loss_type *ls_loss_type_find(const char *name)
{
    for (int i = 0; i < ls_loss_type_count(); i++) {
        if (strcmp(types[i]->name, name) == 0) {
            return types[i];
        }
    }
    return NULL;
}
