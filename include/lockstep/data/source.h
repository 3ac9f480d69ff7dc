/* Where images come from: a CIFAR folder or archive, an HDF5 file, a folder of PNGs, or synthetic.
 *
 * ls_source_describe says what there is; ls_source_read brings each rank its rows of a split.
 * Pixels are [h, w, c] uint8 whatever the file's layout. A folder of PNGs has one subfolder a
 * class, with train/ and test/ above them, or without: then every tenth image is of the test split.
 * Damage is LS_BAD_INPUT and names the file and the record. The source's order: files by their
 * number or name, records as they stand in them.
 */
#ifndef LOCKSTEP_DATA_SOURCE_H
#define LOCKSTEP_DATA_SOURCE_H

#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/task/task.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum ls_split { LS_TRAIN, LS_TEST, LS_SPLIT_COUNT } ls_split;

/* Local. "train" or "test". */
const char *ls_split_name(ls_split split);

typedef struct ls_source_info {
    char kind[32]; /* "cifar10 folder", "cifar100 archive", "hdf5", "png folder", "synthetic" */
    ls_shape shape;
    int classes;
    int mask_classes; /* of pixels' masks, with the background; 0 = there are none */
    int64_t images[LS_SPLIT_COUNT];
} ls_source_info;

/* Which images of a split a rank wants: [first, first + count) in the source's order. */
typedef struct ls_source_range {
    int64_t first, count;
} ls_source_range;

typedef struct ls_source ls_source;

/* Local. Rank r's contiguous part of `count` images; the parts differ by at most one, the larger
 * ones first. */
ls_source_range ls_source_share(int64_t count, int rank, int size);

/* Collective over comm. A foreign HDF5 file must have been tried by ls_source_probe before MPI
 * starts. Owner: the caller. */
ls_status ls_source_open(ls_source **out, const ls_config *config, ls_comm *comm);
void ls_source_close(ls_source *source);
/* Local. Whether opening reads little of the path: an archive is inflated, a sealed file verified.
 */
bool ls_source_opens_fast(const char *path);
const ls_source_info *ls_source_describe(const ls_source *source);

/* Local. How many classes the truth of these images has; 0 = LS_TRUTH_NONE. Refuses images that
 * have no such truth; path: theirs, for the message. */
ls_status ls_source_classes(const ls_source_info *info, const char *path, const ls_task *task,
                            int *classes);
/* Local. The mask [h, w] of an image of a source that has masks: a pure function of its number. */
void ls_source_mask(const ls_source_info *info, ls_split split, int64_t index, uint8_t *mask);

/* Collective over the source's comm. Each rank gets its own range of `split`: pixels [count,
 * shape], labels [count]. A file is read once a host; of an HDF5 file each rank reads its rows. */
ls_status ls_source_read(ls_source *source, ls_split split, ls_source_range range, uint8_t *pixels,
                         uint8_t *labels);

/* Local, before MPI_Init: opens an HDF5 file that is not sealed by us in a child process, so that a
 * library crash on a damaged file is an error and not a signal. Other paths: LS_OK at once. */
ls_status ls_source_probe(const char *path);

#endif
