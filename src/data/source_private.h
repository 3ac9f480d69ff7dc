/* Inside data: what a kind of source must do, and the stream that brings images to the ranks.
 *
 * A kind is either streamed (`rewind` and `next`: one rank a host reads, the others get pieces of
 * it by broadcast) or direct (`rows`: any rank gets any rows at once).
 */
#ifndef LOCKSTEP_DATA_SOURCE_PRIVATE_H
#define LOCKSTEP_DATA_SOURCE_PRIVATE_H

#include "lockstep/base/text.h"
#include "lockstep/data/source.h"

/* Images that stand one after another in a split; a count of 0 ends the stream. */
typedef struct ls_piece {
    ls_split split;
    int64_t first, count;
} ls_piece;

typedef struct ls_source_ops {
    /* Collective: fills source->info and source->state, by the path and the options. */
    ls_status (*open)(ls_source *source, const ls_config *config);
    /* Local; after a failed open too. */
    void (*close)(ls_source *source);
    /* Streamed, local, on a host's reader: begins again; of each split only images below `until`
     * are asked for (more may come). */
    ls_status (*rewind)(ls_source *source, const int64_t until[LS_SPLIT_COUNT]);
    /* Streamed, local, on a host's reader: the next piece of at most `most` images, in any order of
     * pieces. pixels: [count, shape], labels: [count]. */
    ls_status (*next)(ls_source *source, int64_t most, ls_piece *piece, uint8_t *pixels,
                      uint8_t *labels);
    /* Direct, collective: this rank's own rows of a split; a count of 0 takes part. */
    ls_status (*rows)(ls_source *source, ls_split split, ls_source_range range, uint8_t *pixels,
                      uint8_t *labels);
} ls_source_ops;

struct ls_source {
    ls_comm *comm; /* borrowed */
    const ls_source_ops *ops;
    ls_source_info info;
    char path[LS_PATH_CHARS];
    void *state; /* owned by the kind */
};

extern const ls_source_ops ls_source_cifar_folder;
extern const ls_source_ops ls_source_cifar_archive;
extern const ls_source_ops ls_source_hdf5;
extern const ls_source_ops ls_source_png_folder;
extern const ls_source_ops ls_source_synthetic;

/* Local. Whether a file begins like an HDF5 file, with a user block or without. */
bool ls_source_is_hdf5(const char *path);
/* Local. Bytes of one image. */
size_t ls_source_image_bytes(const ls_source *source);

/* Takes `count` images from `first` on; pixels: [count, shape], labels: [count], valid during the
 * call. */
typedef ls_status (*ls_source_sink)(void *context, ls_split split, ls_source_range range,
                                    const uint8_t *pixels, const uint8_t *labels);

/* Collective over the source's comm: each rank's sink gets the images of its own ranges, in pieces,
 * each image once, in any order of pieces. A failure anywhere fails on all ranks. */
ls_status ls_source_stream(ls_source *source, const ls_source_range ranges[LS_SPLIT_COUNT],
                           ls_source_sink sink, void *context);

#endif
