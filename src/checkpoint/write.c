/* Writing a checkpoint so that it appears whole and verified, or not at all.
 *
 *   1. The ranks compare their digests: replicas that differ are never saved.
 *   2. Rank 0 lays the file out in memory, all but the blocks' values, which get their places, and
 *      writes it under a temporary name: a full disk is found here, by plain calls.
 *   3. All ranks fill the blocks at once with the parallel driver, each its rows.
 *   4. Rank 0 reads the blocks back and compares them with memory.
 *   5. Rank 0 seals the file, reads it again, and renames it: plain calls.
 *
 * After each step the ranks agree, and within a step none waits for another: not for one whose
 * open, write or close failed, which collective calls of HDF5 would do for ever. Where step 3
 * fails, or step 4 finds that what it wrote reads back wrong (file systems without coherent
 * parallel access), parallel HDF5 is not used in this process again (its library keeps a file that
 * it could not write): rank 0 then builds and writes the file alone. A failure of step 5 is the
 * disk's, and says nothing of parallel HDF5.
 */
#include "layout.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/replicas.h"
#include "lockstep/io/files.h"
#include "lockstep/io/seal.h"

#include <string.h>
#include <unistd.h>

typedef struct writing {
    const ls_training_state *state;
    ls_comm *comm;
    ls_checkpoint_writer writer;
    const char *path;            /* the final name */
    char partial[LS_PATH_CHARS]; /* ".<name>.partial" beside it */
    ls_h5 *file;                 /* open in step 3, and while it is read back */
    ls_h5_rows range; /* step 3: this rank's values, of all blocks' one behind the other */
    int64_t offset;   /* where among them the next block begins */
    float *buffer;    /* step 4: the largest block as it was read back */
} writing;

/* The parallel driver failed in this process: said once, and not tried again. The same on every
 * rank, as it is set by agreement. */
static bool parallel_failed;

static bool is_first(const writing *w)
{
    return ls_comm_rank(w->comm) == 0;
}

/* --- 2. layout -------------------------------------------------------------------------------- */

static ls_status lay_out(writing *w)
{
    ls_checkpoint_bytes bytes = {0};
    LS_TRY(ls_checkpoint_build(w->path, w->state, &w->writer, false, &bytes));
    ls_status status = ls_checkpoint_put(w->partial, &bytes);
    ls_free(bytes.data);
    return status;
}

/* --- 3. values -------------------------------------------------------------------------------- */

static ls_status count_block(void *context, const ls_checkpoint_block *block)
{
    *(int64_t *)context += block->count;
    return LS_OK;
}

/* The first row of a block that begins at or behind a place among all blocks' values. */
static int64_t row_at(const ls_checkpoint_block *block, int64_t block_offset, int64_t place)
{
    int64_t rows = block->info.dims[0];
    int64_t width = block->count / rows;
    int64_t before = place - block_offset;
    int64_t row = before <= 0 ? 0 : (before + width - 1) / width;
    return row < rows ? row : rows;
}

/* A rank's rows are neighbours, of few blocks: many ranks don't cut each block to pieces. */
static ls_status fill_block(void *context, const ls_checkpoint_block *block)
{
    writing *w = context;
    int64_t first = row_at(block, w->offset, w->range.first);
    int64_t end = row_at(block, w->offset, w->range.first + w->range.count);
    w->offset += block->count;
    if (first == end) {
        return LS_OK;
    }
    const float *values = block->values + first * (block->count / block->info.dims[0]);
    return ls_h5_write(w->file, block->name, LS_H5_F32, (ls_h5_rows){first, end - first}, values);
}

static ls_status take_range(writing *w)
{
    int64_t count = 0;
    LS_TRY(ls_checkpoint_each_block(w->state, count_block, &count));
    int64_t first = count * ls_comm_rank(w->comm) / w->writer.size;
    int64_t end = count * (ls_comm_rank(w->comm) + 1) / w->writer.size;
    w->range = (ls_h5_rows){first, end - first};
    w->offset = 0;
    return LS_OK;
}

static ls_status fill_range(writing *w)
{
    LS_TRY(ls_h5_open(&w->file, w->partial, LS_H5_UPDATE, w->comm));
    ls_status status = ls_checkpoint_each_block(w->state, fill_block, w);
    ls_status closed = ls_h5_close(w->file);
    w->file = NULL;
    return status != LS_OK ? status : closed;
}

/* A disk that does not answer can't be asked about requests or lost ranks. */
static ls_status fill(writing *w)
{
    LS_TRY(take_range(w));
    bool guarded = ls_comm_guard("writing a checkpoint by parallel HDF5");
    ls_status status = fill_range(w);
    ls_comm_unguard(guarded);
    return status;
}

/* --- 4. verification -------------------------------------------------------------------------- */

static ls_status compare_block(void *context, const ls_checkpoint_block *block)
{
    writing *w = context;
    LS_TRY(ls_checkpoint_match(w->file, w->partial, block));
    LS_TRY(ls_h5_read(w->file, block->name, LS_H5_F32, (ls_h5_rows){0, block->info.dims[0]},
                      w->buffer));
    LS_REQUIRE(memcmp(w->buffer, block->values, (size_t)block->count * sizeof(float)) == 0, LS_LOST,
               "%s: %s reads back other values than were written", w->partial, block->name);
    return LS_OK;
}

static ls_status compare_values(writing *w)
{
    void *buffer = NULL;
    size_t count = (size_t)ls_model_parameter_count(w->state->model) +
                   (size_t)ls_model_state_count(w->state->model); /* holds any block */
    LS_TRY(ls_alloc(&buffer, count * sizeof(float), "reading a checkpoint back"));
    w->buffer = buffer;
    ls_status status = ls_h5_open(&w->file, w->partial, LS_H5_READ, NULL);
    if (status == LS_OK) {
        status = ls_checkpoint_each_block(w->state, compare_block, w);
        ls_status closed = ls_h5_close(w->file);
        status = status != LS_OK ? status : closed;
    }
    w->file = NULL;
    w->buffer = NULL;
    ls_free(buffer);
    return status;
}

/* --- 5. seal and name ------------------------------------------------------------------------- */

/* ls_seal_write flushes the file to the disk; the seal is then checked by reading it all again. */
static ls_status finish(writing *w)
{
    LS_TRY(ls_seal_write(w->partial, LS_SEAL_CHECKPOINT));
    LS_TRY(ls_seal_check(w->partial, LS_SEAL_CHECKPOINT));
    return ls_file_rename(w->partial, w->path);
}

/* --- all of it -------------------------------------------------------------------------------- */

/* Steps 2 to 5. *again: rank 0 should write it alone. */
static ls_status write_together(writing *w, bool *again)
{
    LS_TRY(ls_comm_agree(w->comm, is_first(w) ? lay_out(w) : LS_OK));
    ls_status status = ls_comm_agree(w->comm, fill(w));
    if (status == LS_OK) {
        status = ls_comm_agree(w->comm, is_first(w) ? compare_values(w) : LS_OK);
    }
    *again = status != LS_OK && !ls_comm_is_lost(w->comm);
    if (*again) {
        ls_warn("parallel HDF5 failed: rank 0 writes the checkpoints alone from here on (%s)",
                ls_error_message());
        parallel_failed = true;
        if (is_first(w)) { /* HDF5 keeps it open, removed or not: it shall hold no room */
            (void)ls_file_write(w->partial, "", 0);
        }
        return LS_OK;
    }
    LS_TRY(status);
    return ls_comm_agree(w->comm, is_first(w) ? finish(w) : LS_OK);
}

static ls_status write_any_way(writing *w)
{
    bool alone = w->writer.size == 1 || parallel_failed;
    if (!alone) {
        LS_TRY(write_together(w, &alone));
    }
    if (!alone) {
        return LS_OK;
    }
    return ls_comm_agree(
        w->comm, is_first(w) ? ls_checkpoint_write_alone(w->path, w->state, &w->writer) : LS_OK);
}

ls_status ls_checkpoint_write(const char *path, const ls_training_state *state, ls_comm *comm)
{
    writing w = {.state = state, .comm = comm, .path = path};
    w.writer = (ls_checkpoint_writer){ls_comm_size(comm), ls_comm_host(comm)};
    LS_TRY(ls_comm_agree(comm, ls_file_partial_name(w.partial, path)));
    LS_TRY(ls_replicas_require_equal(state, comm));
    ls_status status = write_any_way(&w);
    if (status != LS_OK && is_first(&w)) {
        unlink(w.partial); /* not ls_file_remove: the message of the failure stays */
    }
    return status;
}
