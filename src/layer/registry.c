/* The layer types by index and by name, made from the one list. */
#include "list.h"

#include "lockstep/layer/layer.h"

#include <string.h>

#define DECLARE(name) extern const ls_layer_type ls_layer_##name;
LS_LAYER_LIST(DECLARE)
#undef DECLARE

#define ENTRY(name) &ls_layer_##name,
static const ls_layer_type *const types[] = {LS_LAYER_LIST(ENTRY)};
#undef ENTRY

int ls_layer_type_count(void)
{
    return (int)(sizeof types / sizeof types[0]);
}

const ls_layer_type *ls_layer_type_at(int index)
{
    return types[index];
}

const ls_layer_type *ls_layer_type_find(const char *name)
{
    for (int i = 0; i < ls_layer_type_count(); i++) {
        if (strcmp(types[i]->name, name) == 0) {
            return types[i];
        }
    }
    return NULL;
}
