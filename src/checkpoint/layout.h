/* How a training state lies in a checkpoint file: the one place that names groups, datasets and
 * attributes (docs/checkpoint.md describes them). Local. */
#ifndef LOCKSTEP_CHECKPOINT_LAYOUT_H
#define LOCKSTEP_CHECKPOINT_LAYOUT_H

#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/io/h5.h"

/* One dataset of float32 and the piece of memory it stands for. */
typedef struct ls_checkpoint_block {
    char name[256]; /* "/model/encoder/0-conv/weight" */
    ls_h5_info info;
    float *values; /* [info.dims], borrowed: a slice of a flat block */
    int64_t count;
} ls_checkpoint_block;

/* Calls visit for every parameter, every parameter's moments (none when state->optim is NULL) and
 * the state block when there is one; stops at the first failure. */
typedef ls_status (*ls_block_visit)(void *context, const ls_checkpoint_block *block);
ls_status ls_checkpoint_each_block(const ls_training_state *state, ls_block_visit visit,
                                   void *context);

/* Everything but the blocks' values: groups, attributes, history. `size` is the number of ranks,
 * host that of rank 0; both go to /run. */
ls_status ls_checkpoint_write_head(ls_h5 *file, const ls_training_state *state, int size,
                                   const char *host);
ls_status ls_checkpoint_read_head_from(ls_h5 *file, const char *path, ls_checkpoint_head *head);
/* Appends the stored rows to an empty history. */
ls_status ls_checkpoint_read_history(ls_h5 *file, const char *path, const ls_task *task,
                                     ls_history *history);

/* Who writes: for /run. */
typedef struct ls_checkpoint_writer {
    int size;         /* ranks */
    const char *host; /* of the rank that writes */
} ls_checkpoint_writer;

/* A whole file in memory. Owner: the caller, ls_free(data). */
typedef struct ls_checkpoint_bytes {
    void *data;
    size_t count;
} ls_checkpoint_bytes;

/* Builds the file of `path` in memory: with values, and then sealed; or its blocks have their
 * places alone. */
ls_status ls_checkpoint_build(const char *path, const ls_training_state *state,
                              const ls_checkpoint_writer *writer, bool with_values,
                              ls_checkpoint_bytes *out);
/* Reserves the room and writes `partial`, flushed. */
ls_status ls_checkpoint_put(const char *partial, const ls_checkpoint_bytes *bytes);
/* The same under a temporary name; then reads it back and renames it to `path`. */
ls_status ls_checkpoint_write_bytes(const char *path, const ls_checkpoint_bytes *bytes);
/* The whole checkpoint by this rank, without any other. */
ls_status ls_checkpoint_write_alone(const char *path, const ls_training_state *state,
                                    const ls_checkpoint_writer *writer);

/* Fails unless the file's dataset has the block's type and dims. */
ls_status ls_checkpoint_match(ls_h5 *file, const char *path, const ls_checkpoint_block *block);

#endif
