/* The opened HDF5 file, and HDF5's errors as ours. Used by h5_*.c alone. */
#ifndef LOCKSTEP_IO_H5_PRIVATE_H
#define LOCKSTEP_IO_H5_PRIVATE_H

#include "lockstep/io/h5.h"

#include <hdf5.h>

struct ls_h5 {
    hid_t file;
    hid_t transfer; /* property list: collective in parallel files */
    ls_comm *comm;  /* borrowed; NULL: this process alone */
    bool by_mpi;    /* MPI's driver moves the bytes */
    bool writable;
    bool broken; /* a collective write failed: HDF5 is not asked about this file again */
    char path[LS_PATH_CHARS];
};

/* Fails with the message, followed by the innermost description on HDF5's error stack. To be called
 * before any other HDF5 function, which would clear the stack. Returns `status`. */
ls_status ls_h5_error_set(ls_status status, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define LS_H5_REQUIRE(condition, status, ...)                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return ls_h5_error_set((status), __FILE__, __LINE__, __VA_ARGS__);                     \
        }                                                                                          \
    } while (0)

/* What failing to write means: the file system's loss, or a file that was opened for reading. */
ls_status ls_h5_write_status(const ls_h5 *file);

/* Agreed over the ranks of a parallel file; alone, the status itself. */
ls_status ls_h5_agree(const ls_h5 *file, ls_status mine);

#endif
