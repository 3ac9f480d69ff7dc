/* A checkpoint by one rank: built and sealed in memory, written by plain calls, read back.
 *
 * HDF5 never has a file on the disk open for writing here, so a disk that fails leaves the library
 * as it was.
 */
#include "lockstep/base/memory.h"
#include "layout.h"
#include "lockstep/io/files.h"
#include "lockstep/io/seal.h"

#include <string.h>
#include <unistd.h>

/* --- building --------------------------------------------------------------------------------- */

typedef struct building {
    ls_h5 *file;
    bool with_values;
} building;

static ls_status create_block(void *context, const ls_checkpoint_block *block)
{
    const building *b = context;
    LS_TRY(ls_h5_create(b->file, block->name, &block->info, 0, 0));
    if (!b->with_values) {
        return LS_OK;
    }
    return ls_h5_write(b->file, block->name, LS_H5_F32, (ls_h5_rows){0, block->info.dims[0]},
                       block->values);
}

ls_status ls_checkpoint_build(const char *path, const ls_training_state *state,
                              const ls_checkpoint_writer *writer, bool with_values,
                              ls_checkpoint_bytes *out)
{
    building b = {.with_values = with_values};
    LS_TRY(ls_h5_open(&b.file, path, LS_H5_MEMORY, NULL));
    ls_status status = ls_checkpoint_write_head(b.file, state, writer->size, writer->host);
    if (status == LS_OK) {
        status = ls_checkpoint_each_block(state, create_block, &b);
    }
    if (status != LS_OK) {
        (void)ls_h5_close(b.file);
        return status;
    }
    LS_TRY(ls_h5_close_memory(b.file, &out->data, &out->count));
    status = with_values ? ls_seal_stamp(out->data, out->count, LS_SEAL_CHECKPOINT) : LS_OK;
    if (status != LS_OK) {
        ls_free(out->data);
        *out = (ls_checkpoint_bytes){0};
    }
    return status;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A full disk is found before the first byte, in clear words. */
ls_status ls_checkpoint_put(const char *partial, const ls_checkpoint_bytes *bytes)
{
    LS_TRY(ls_file_remove(partial));
    LS_TRY(ls_file_reserve(partial, (int64_t)bytes->count));
    return ls_file_write(partial, bytes->data, bytes->count);
}

/* The seal is of the bytes in memory: reading the file finds what the disk made of them. */
static ls_status put_and_check(const char *partial, const ls_checkpoint_bytes *bytes)
{
    LS_TRY(ls_checkpoint_put(partial, bytes));
    return ls_seal_check(partial, LS_SEAL_CHECKPOINT);
}

ls_status ls_checkpoint_write_bytes(const char *path, const ls_checkpoint_bytes *bytes)
{
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_file_partial_name(partial, path));
    ls_status status = put_and_check(partial, bytes);
    if (status == LS_OK) {
        status = ls_file_rename(partial, path);
    }
    if (status != LS_OK) {
        unlink(partial); /* not ls_file_remove: the message of the failure stays */
    }
    return status;
}

ls_status ls_checkpoint_write_alone(const char *path, const ls_training_state *state,
                                    const ls_checkpoint_writer *writer)
{
    ls_checkpoint_bytes bytes = {0};
    LS_TRY(ls_checkpoint_build(path, state, writer, true, &bytes));
    ls_status status = ls_checkpoint_write_bytes(path, &bytes);
    ls_free(bytes.data);
    return status;
}
