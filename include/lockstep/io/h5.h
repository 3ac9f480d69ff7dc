/* HDF5, as far as Lockstep needs it: groups, attributes, contiguous or chunked datasets,
 * hyperslabs.
 *
 * A file opened with a communicator uses the parallel driver and all calls on it are COLLECTIVE,
 * save in LS_H5_UPDATE; with comm == NULL it is opened by this process alone. Names are absolute
 * paths ("/model/x"); missing groups on the way are made. HDF5's own error text becomes part of our
 * message; nothing is printed. Files are made with a user block of LS_SEAL_BYTES.
 */
#ifndef LOCKSTEP_IO_H5_H
#define LOCKSTEP_IO_H5_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/comm/comm.h"
#include "lockstep/io/seal.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_H5_DIMS 4

typedef struct ls_h5 ls_h5;

typedef enum ls_h5_type { LS_H5_U8, LS_H5_I64, LS_H5_F32, LS_H5_F64 } ls_h5_type;
/* LS_H5_UPDATE: with a communicator, its ranks may write different rows of datasets that exist at
 * the same time, each for itself: no call on the file is collective.
 * LS_H5_MEMORY: made in this process's memory; nothing reaches the disk. */
typedef enum ls_h5_mode { LS_H5_CREATE, LS_H5_READ, LS_H5_UPDATE, LS_H5_MEMORY } ls_h5_mode;

/* What a dataset is. */
typedef struct ls_h5_info {
    ls_h5_type type;
    int dim_count;
    int64_t dims[LS_H5_DIMS];
} ls_h5_info;

/* Part of a dataset: rows [first, first + count) of its first dimension; all of the others. */
typedef struct ls_h5_rows {
    int64_t first, count; /* count may be 0: takes part in the collective, moves nothing */
} ls_h5_rows;

ls_status ls_h5_open(ls_h5 **out, const char *path, ls_h5_mode mode, ls_comm *comm);
/* Local, before MPI starts: HDF5 sets itself up without handlers at the end of MPI or of the
 * process, where it would crash over a file that a failed collective write left open. */
void ls_h5_prepare(void);

/* Flushes and closes; the status tells whether all reached the file. NULL is allowed. */
ls_status ls_h5_close(ls_h5 *file);

/* The same for a file made in memory: *data are its bytes, the user block zero. Owner: the caller,
 * ls_free. */
ls_status ls_h5_close_memory(ls_h5 *file, void **data, size_t *bytes);

/* Local. A sealed file that appears whole or not at all: fill writes it under a partial name. */
ls_status ls_h5_make(const char *path, ls_seal_kind kind,
                     ls_status (*fill)(ls_h5 *file, void *context), void *context);

bool ls_h5_has(ls_h5 *file, const char *name);
ls_status ls_h5_group(ls_h5 *file, const char *name);
/* The dataset's type (converted from any integer or float width) and dims. */
ls_status ls_h5_inspect(ls_h5 *file, const char *name, ls_h5_info *info);

/* A dataset, room allocated at once, not filled. chunk_rows 0 = contiguous; else chunks of so many
 * rows, with shuffle and deflate of `level` (0 = none). */
ls_status ls_h5_create(ls_h5 *file, const char *name, const ls_h5_info *info, int64_t chunk_rows,
                       int level);
/* data: [rows.count, other dims] of the info's type. */
ls_status ls_h5_write(ls_h5 *file, const char *name, ls_h5_type type, ls_h5_rows rows,
                      const void *data);
ls_status ls_h5_read(ls_h5 *file, const char *name, ls_h5_type type, ls_h5_rows rows, void *data);

/* Attributes of a group or dataset. Text has no length limit. */
bool ls_h5_has_attribute(ls_h5 *file, const char *object, const char *name);
ls_status ls_h5_put_i64(ls_h5 *file, const char *object, const char *name, int64_t value);
ls_status ls_h5_put_f64(ls_h5 *file, const char *object, const char *name, double value);
ls_status ls_h5_put_text(ls_h5 *file, const char *object, const char *name, const char *value);
ls_status ls_h5_get_i64(ls_h5 *file, const char *object, const char *name, int64_t *value);
ls_status ls_h5_get_f64(ls_h5 *file, const char *object, const char *name, double *value);
ls_status ls_h5_get_text(ls_h5 *file, const char *object, const char *name, ls_text *value);

/* "1.10.8". */
const char *ls_h5_library(void);

#endif
