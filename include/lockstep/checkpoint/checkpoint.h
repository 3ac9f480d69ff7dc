/* Checkpoints: what stands in them and how they are written and read.
 *
 * Layout of a file (docs/checkpoint.md): /model/<layer path>/<parameter> float32 with the
 * parameter's dims; /optimizer/<moment>/<layer path>/<parameter>; /state (flat, may be empty);
 * /training: attributes step, epoch, batch, samples, ... and /training/history; /config: attribute
 * text; /data: attribute digest; /run: what belongs to this very run alone.
 */
#ifndef LOCKSTEP_CHECKPOINT_CHECKPOINT_H
#define LOCKSTEP_CHECKPOINT_CHECKPOINT_H

#include "lockstep/base/clock.h"
#include "lockstep/base/status.h"
#include "lockstep/checkpoint/history.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/loss/loss.h"
#include "lockstep/model/model.h"
#include "lockstep/optim/optim.h"

/* Where training stands: all that a resumed run needs beside the blocks. Plain values; the same on
 * every rank. */
typedef struct ls_progress {
    int64_t step;        /* optimizer steps done */
    int64_t epoch;       /* epochs completed */
    int64_t batch;       /* batches done of the running epoch */
    int64_t samples;     /* consumed in all */
    ls_loss_sums sums;   /* over the images of the running epoch */
    double best_loss;    /* lowest validation loss; infinite before the first */
    double best_measure; /* validation measure (lockstep/task/task.h) of that epoch */
    int64_t best_epoch;
    uint64_t best_digest; /* weights_digest of best.h5; 0 = none */
    double watched_loss;  /* early stopping's last one that counted as better; infinite at first */
    int64_t stale_epochs; /* epochs since then */
} ls_progress;

/* What a checkpoint is written from and read into. Pointers are borrowed. */
typedef struct ls_training_state {
    ls_model *model;
    const ls_optim_type *optim;
    float *moments[LS_OPTIM_MOMENTS]; /* flat blocks like the parameters */
    ls_progress progress;
    ls_history history;
    uint64_t data_digest;
    const ls_config *config;
    const char *kernels; /* ls_backend_describe, for /run */
} ls_training_state;

/* Local. Weights: 64-bit XXH3 over the raw bytes of all parameters in the flat block's order.
 * State: 64-bit XXH3 over the digests, made in the same way, of parameters, each moment and the
 * state block, in this order. */
uint64_t ls_weights_digest(ls_model *model);
uint64_t ls_state_digest(const ls_training_state *state);

/* Collective. Writes `path` so that it appears whole, verified, or not at all. Falls back to
 * writing on rank 0 where the parallel driver fails, and says so. Ranks that no longer hold equal
 * values are LS_DIVERGED. */
ls_status ls_checkpoint_write(const char *path, const ls_training_state *state, ls_comm *comm);

/* Local, plain reads first: whether the file is whole and ours. */
ls_status ls_checkpoint_check(const char *path);
/* Local (each rank reads for itself, or rank 0 and broadcasts): the stored configuration, the
 * images' shape and the progress; enough to create the model and its optimizer. */
typedef struct ls_checkpoint_head {
    ls_config config;
    ls_shape input;
    ls_progress progress;
    uint64_t data_digest, weights_digest, state_digest;
    char kernels[LS_BACKEND_TEXT_CHARS], host[256], time[LS_CLOCK_TEXT_CHARS];
    int ranks;
} ls_checkpoint_head;
ls_status ls_checkpoint_read_head(const char *path, ls_checkpoint_head *head);
/* Collective. Parameters and state block alone (for studies), or the whole training state. The
 * file must have been checked. Rank 0 reads, the others receive. */
ls_status ls_checkpoint_read_model(const char *path, ls_model *model, ls_comm *comm);
ls_status ls_checkpoint_read(const char *path, ls_training_state *state, ls_comm *comm);

#endif
