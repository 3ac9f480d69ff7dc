/* An item of a layer list -> a layer type and its arguments' values. Private to model. */
#ifndef LOCKSTEP_MODEL_RESOLVE_H
#define LOCKSTEP_MODEL_RESOLVE_H

#include "parse.h"

/* Fails for an unknown layer (with the nearest name) and for unknown, missing, double or bad
 * arguments; the caller says which layer it is. values: [LS_LAYER_ARGS], in the order of the
 * type's table. */
ls_status ls_layer_resolve(const ls_list_item *item, const ls_layer_type **type, double *values);
/* The name that a resolved item gives or takes: of the item, or NULL. role: not LS_ARG_NUMBER. */
const char *ls_layer_name_of(const ls_list_item *item, const ls_layer_type *type, ls_arg_role role);

#endif
