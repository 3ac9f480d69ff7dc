/* Writing a checkpoint so that it appears whole and verified, or not at all.
 *
 *   1. The ranks compare their digests: replicas that differ are never saved.
 *   2. Rank 0 lays the file out under a temporary name with the serial driver: all but the blocks'
 *      values, which get their places; and reserves the room on the disk.
 *   3. All ranks fill the blocks with the parallel driver, each its rows of each block.
 *   4. Rank 0 seals the file, reads it back, compares it with memory, and renames it.
 *
 * After each step the ranks agree (as io does after each dataset of step 3), so that none waits in
 * a collective for one that failed. Where step 3 fails, or what it wrote reads back wrong (file
 * systems without coherent parallel access), rank 0 does steps 2 to 4 again alone: every rank holds
 * all values.
 */
#include "checkpoint_layout.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SMALL_BYTES 65536 /* groups, attributes, configuration */

typedef struct writing {
    const ls_training_state *state;
    ls_comm *comm;
    const char *path;            /* the final name */
    char partial[LS_PATH_CHARS]; /* ".<name>.partial" beside it */
    bool alone;                  /* rank 0 writes with the serial driver */
    ls_h5 *file;                 /* open in steps 2 and 3 */
    float *buffer;               /* step 4: the largest block as it was read back */
} writing;

/* The parallel driver failed in this process: said once, and not tried again. The same on every
 * rank, as it is set by agreement. */
static bool parallel_failed;

/* --- 1. replicas ------------------------------------------------------------------------------ */

static ls_status compare_replicas(const writing *w)
{
    int64_t low;
    uint64_t digest = ls_state_digest(w->state);
    memcpy(&low, &digest, sizeof low);
    int64_t high = low;
    LS_TRY(ls_comm_min_i64(w->comm, &low, 1));
    LS_TRY(ls_comm_max_i64(w->comm, &high, 1));
    LS_REQUIRE(low == high, LS_DIVERGED,
               "step %" PRId64 ": the ranks' weights or moments are no longer equal; nothing was "
               "saved. A fault of memory or of a CPU: run again from the last checkpoint",
               w->state->progress.step);
    return LS_OK;
}

/* --- 2. layout -------------------------------------------------------------------------------- */

static ls_status create_block(void *context, const ls_checkpoint_block *block)
{
    writing *w = context;
    return ls_h5_create(w->file, block->name, &block->info, 0, 0);
}

static ls_status create_file(writing *w)
{
    LS_TRY(ls_h5_open(&w->file, w->partial, LS_H5_CREATE, NULL));
    ls_status status =
        ls_checkpoint_write_head(w->file, w->state, ls_comm_size(w->comm), ls_comm_host(w->comm));
    if (status == LS_OK) {
        status = ls_checkpoint_each_block(w->state, create_block, w);
    }
    ls_status closed = ls_h5_close(w->file);
    w->file = NULL;
    return status != LS_OK ? status : closed;
}

/* What the file takes at least: its values and some room for all that is small. */
static int64_t least_bytes(const ls_training_state *state)
{
    int64_t blocks = 1 + state->optim->moment_count;
    int64_t count =
        blocks * ls_model_parameter_count(state->model) + ls_model_state_count(state->model);
    return count * (int64_t)sizeof(float) + SMALL_BYTES;
}

/* A full disk is found here, by one rank, and not in the middle of a collective write: once before
 * HDF5 begins, in clear words, and once for what it has laid out. */
static ls_status lay_out(writing *w)
{
    LS_TRY(ls_file_remove(w->partial));
    LS_TRY(ls_file_reserve(w->partial, least_bytes(w->state)));
    LS_TRY(create_file(w));
    int64_t bytes;
    LS_TRY(ls_file_size(w->partial, &bytes));
    return ls_file_reserve(w->partial, bytes);
}

/* --- 3. values -------------------------------------------------------------------------------- */

/* This rank's rows of a block, and where their values begin. */
static ls_h5_rows own_rows(const writing *w, const ls_checkpoint_block *block, const float **values)
{
    int64_t rows = block->info.dims[0];
    int64_t rank = w->alone ? 0 : ls_comm_rank(w->comm);
    int64_t size = w->alone ? 1 : ls_comm_size(w->comm);
    int64_t first = rows * rank / size;
    *values = block->values + first * (block->count / rows);
    return (ls_h5_rows){.first = first, .count = rows * (rank + 1) / size - first};
}

static ls_status fill_block(void *context, const ls_checkpoint_block *block)
{
    writing *w = context;
    const float *values;
    ls_h5_rows rows = own_rows(w, block, &values);
    return ls_h5_write(w->file, block->name, LS_H5_F32, rows, values); /* agrees, if together */
}

static ls_status fill(writing *w)
{
    LS_TRY(ls_h5_open(&w->file, w->partial, LS_H5_UPDATE, w->alone ? NULL : w->comm));
    ls_status status = ls_checkpoint_each_block(w->state, fill_block, w);
    ls_status closed = ls_h5_close(w->file);
    w->file = NULL;
    return status != LS_OK ? status : closed;
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

/* ls_seal_write flushes the file to the disk; the seal is then checked by reading it all again. */
static ls_status verify(writing *w)
{
    LS_TRY(ls_seal_write(w->partial, LS_SEAL_CHECKPOINT));
    LS_TRY(ls_seal_check(w->partial, LS_SEAL_CHECKPOINT));
    return compare_values(w);
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool is_first(const writing *w)
{
    return ls_comm_rank(w->comm) == 0;
}

static ls_status write_together(writing *w)
{
    LS_TRY(ls_comm_agree(w->comm, is_first(w) ? lay_out(w) : LS_OK));
    ls_status status = ls_comm_agree(w->comm, fill(w));
    if (status == LS_OK) {
        status = ls_comm_agree(w->comm, is_first(w) ? verify(w) : LS_OK);
    }
    if (status != LS_OK) {
        ls_warn(
            "parallel HDF5 does not work in this folder: rank 0 writes the checkpoints alone from "
            "here on (%s)",
            ls_error_message());
        parallel_failed = true;
    }
    return LS_OK;
}

static ls_status write_alone(writing *w)
{
    LS_TRY(lay_out(w));
    LS_TRY(fill(w));
    return verify(w);
}

static ls_status write_partial(writing *w)
{
    w->alone = ls_comm_size(w->comm) == 1 || parallel_failed;
    if (!w->alone) {
        LS_TRY(write_together(w));
        if (!parallel_failed) {
            return LS_OK;
        }
        w->alone = true;
    }
    return ls_comm_agree(w->comm, is_first(w) ? write_alone(w) : LS_OK);
}

ls_status ls_checkpoint_write(const char *path, const ls_training_state *state, ls_comm *comm)
{
    writing w = {.state = state, .comm = comm, .path = path};
    LS_TRY(ls_comm_agree(comm, ls_file_partial_name(w.partial, path)));
    LS_TRY(compare_replicas(&w));
    ls_status status = write_partial(&w);
    if (!is_first(&w)) {
        return ls_comm_agree(comm, status);
    }
    if (status == LS_OK) {
        status = ls_file_rename(w.partial, path);
    } else {
        unlink(w.partial); /* not ls_file_remove: the message of the failure stays */
    }
    return ls_comm_agree(comm, status);
}
