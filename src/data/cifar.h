/* Inside data: the CIFAR binary files (Krizhevsky 2009), wherever they lie.
 *
 * A record is one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 3072 bytes of
 * pixels as [3, 32, 32] planes.
 */
#ifndef LOCKSTEP_DATA_CIFAR_H
#define LOCKSTEP_DATA_CIFAR_H

#include "source_private.h"

#include <stdbool.h>

#define LS_CIFAR_SETS  2
#define LS_CIFAR_FILES 6
#define LS_CIFAR_NONE  (-1)

/* Which files there are, and which images of a split each holds. A plain value. */
typedef struct ls_cifar {
    int set;                                      /* CIFAR-10 or CIFAR-100, once settled */
    int64_t bytes[LS_CIFAR_SETS][LS_CIFAR_FILES]; /* size; LS_CIFAR_NONE = not seen */
    int64_t first[LS_CIFAR_FILES], records[LS_CIFAR_FILES];
} ls_cifar;

/* Where files come from, one at a time; all local, on a host's reader. */
typedef struct ls_cifar_feed {
    ls_status (*begin)(ls_source *source);
    /* The next file that is part of the set and wanted: its place, or LS_CIFAR_NONE at the end. */
    ls_status (*next_file)(ls_source *source, int *file);
    ls_status (*read)(ls_source *source, void *data, int64_t bytes);
    void (*end)(ls_source *source);
} ls_cifar_feed;

/* The state of a source of this kind. */
typedef struct ls_cifar_reader {
    ls_cifar files;
    const ls_cifar_feed *feed;
    void *handle;                  /* owned by the feed: FILE or ls_archive */
    int file;                      /* being read, or LS_CIFAR_NONE */
    int64_t done;                  /* records of it that were read */
    int64_t until[LS_SPLIT_COUNT]; /* files that begin beyond are not wanted */
    int64_t room;                  /* records that `raw` holds */
    uint8_t *raw;                  /* [room, record], owned */
} ls_cifar_reader;

/* Whether a name without folder is one of either set's. */
bool ls_cifar_names(const char *name);
/* The place of a name in the settled set, or LS_CIFAR_NONE. */
int ls_cifar_find(const ls_cifar *files, const char *name);
const char *ls_cifar_file_name(const ls_cifar *files, int file);
ls_split ls_cifar_file_split(const ls_cifar *files, int file);
/* Whether any image of the file is asked for. */
bool ls_cifar_wanted(const ls_cifar_reader *reader, int file);

/* Notes a file's size while a folder or an archive is looked through. */
ls_status ls_cifar_note(ls_cifar *files, const char *path, const char *name, int64_t bytes);

/* Collective: looks through the source on rank 0 with `scan`, which notes the files, and settles on
 * every rank which set it is and how many images there are. form: "folder" or "archive". */
ls_status ls_cifar_open(ls_source *source, const ls_cifar_feed *feed, const char *form,
                        ls_status (*scan)(const char *path, ls_cifar *files));
/* The operations of a streamed kind, on top of the feed. */
void ls_cifar_close(ls_source *source);
ls_status ls_cifar_rewind(ls_source *source, const int64_t until[LS_SPLIT_COUNT]);
ls_status ls_cifar_next(ls_source *source, int64_t most, ls_piece *piece, uint8_t *pixels,
                        uint8_t *labels);

#endif
