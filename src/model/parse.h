/* Layer lists as text -> items: pure reading, knowing no layer type. Private to model.
 *
 *     list  = { item }                          separated by blanks and newlines
 *     item  = name [ "(" [ arg { "," arg } ] ")" ]
 *           | number "*(" list ")"              the list so many times
 *           | "residual(" list ")"              save(_k) list add(_k): what goes in is added to
 *                                               what comes out (He et al., CVPR 2016)
 *     arg   = [ name "=" ] value
 *     value = number | name
 */
#ifndef LOCKSTEP_MODEL_PARSE_H
#define LOCKSTEP_MODEL_PARSE_H

#include "lockstep/base/status.h"
#include "lockstep/layer/layer.h"

#define LS_LIST_ITEMS 512 /* a text of LS_OPTION_CHARS can name no more by much */
#define LS_WORD_CHARS 32  /* longest name or value, with its end */
#define LS_ITEM_CHARS 432 /* longest item without its blanks, with its end */

typedef struct ls_list_arg {
    char name[LS_WORD_CHARS]; /* "" when positional */
    char value[LS_WORD_CHARS];
} ls_list_arg;

typedef struct ls_list_item {
    char name[LS_WORD_CHARS];
    char text[LS_ITEM_CHARS]; /* as written, without blanks: "conv(32,kernel=5)" */
    int position;             /* of the name's first character in the text, from 1 */
    int arg_count;
    ls_list_arg args[LS_LAYER_ARGS];
} ls_list_item;

typedef struct ls_layer_list {
    int count;
    ls_list_item items[LS_LIST_ITEMS];
} ls_layer_list;

/* `what` ("model.encoder") begins the message: what stands where, and what was expected. A list of
 * blanks alone gives count 0. */
ls_status ls_layer_list_parse(const char *what, const char *text, ls_layer_list *list);

#endif
