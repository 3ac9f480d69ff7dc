/* Inside data: the images of a folder of PNGs, in the source's order. Local. */
#ifndef LOCKSTEP_DATA_PNG_LIST_H
#define LOCKSTEP_DATA_PNG_LIST_H

#include "lockstep/base/text.h"
#include "lockstep/data/source.h"

typedef struct ls_png_entry {
    size_t path; /* where it begins in `paths` */
    ls_split split;
    int64_t number; /* in its split */
    uint8_t label;
} ls_png_entry;

typedef struct ls_png_list {
    ls_text paths; /* one after another, each ended by '\n' */
    int64_t count, room;
    ls_png_entry *entries; /* [room], owned */
    int64_t images[LS_SPLIT_COUNT];
    int classes;
} ls_png_list;

/* root/CLASS/NAME.png, or root/train/CLASS/NAME.png and root/test/CLASS/NAME.png. Classes are
 * numbered by the order of their names, images ordered by class and name. Without train and test,
 * each tenth image is of the test split. */
ls_status ls_png_list_make(ls_png_list *out, const char *root);
void ls_png_list_free(ls_png_list *list);
/* The path of entry i. */
ls_status ls_png_list_path(const ls_png_list *list, int64_t i, char path[LS_PATH_CHARS]);

#endif
