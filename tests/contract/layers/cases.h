/* The table of test shapes: every registered layer type needs at least one case that plans. A new
 * layer adds its lines to cases.c, and all contract tests run over them. */
#ifndef LOCKSTEP_TESTS_LAYER_CASES_H
#define LOCKSTEP_TESTS_LAYER_CASES_H

#include "lockstep/tensor/shape.h"

#include <stdbool.h>

typedef struct ls_layer_case {
    const char *text;    /* one layer, as in a layer list */
    ls_shape in, out;    /* of one image; out by hand, {0} when refused */
    ls_shape skip;       /* output of the layer that it takes by name; {0} = none */
    ls_shape skip_in;    /* and its input; {0} = the same */
    const char *taken;   /* and its type; NULL = save */
    int kept_below;      /* what it keeps: a byte below this for each value of its output */
    const char *refused; /* NULL, or a part of the message with which plan must fail */
    bool spaced;         /* inputs that differ by more than a finite difference's step */
    bool large;          /* compared between backends only: finite differences would take long */
} ls_layer_case;

extern const ls_layer_case ls_layer_cases[];
extern const int ls_layer_case_count;

#endif
