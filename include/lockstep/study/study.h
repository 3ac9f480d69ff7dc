/* What is done with a trained model. Functions print nothing; each says whether it is collective.
 *
 *     LS_TRY(ls_trained_open(&trained, "run/checkpoints/best.h5", 0, NULL, comm));
 *     LS_TRY(ls_evaluate(&trained, LS_TEST, comm, &evaluation));
 *     ls_trained_close(&trained);
 */
#ifndef LOCKSTEP_STUDY_STUDY_H
#define LOCKSTEP_STUDY_STUDY_H

#include "lockstep/base/status.h"
#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/source.h"
#include "lockstep/model/model.h"
#include "lockstep/task/task.h"

/* --- a model out of a checkpoint -------------------------------------------------------------- */
typedef struct ls_trained {
    ls_checkpoint_head head; /* as stored */
    ls_config config;        /* the stored one with `arguments` on top */
    const ls_backend *backend;
    ls_model *model; /* owned */
} ls_trained;
/* Collective. Checks the file, makes its network and reads its parameters; where the run averaged
 * them (optim.average), the averages are taken for the parameters. arguments [count]:
 * section.key=value of data.*, corrupt.*, backend.* and train.lane; others are refused, for they
 * would be another network. Owner: the caller, ls_trained_close (allowed after a failure too). */
ls_status ls_trained_open(ls_trained *out, const char *path, int count,
                          const char *const *arguments, ls_comm *comm);
void ls_trained_close(ls_trained *trained);

/* --- eval ------------------------------------------------------------------------------------- */
/* Over a whole split; per-image values are summed by ls_sum, so that any number of ranks gives the
 * same bits. */
typedef struct ls_evaluation {
    int64_t images;
    double mse, mae, ssim;      /* means over the images */
    double psnr;                /* of the mean MSE, dB */
    double psnr_mean_of_images; /* the mean of the images' own */
    double code_zeros;          /* the share of all values of all codes that are exactly 0 */
    bool corrupted; /* the network saw corrupted images; the above is against the clean ones */
    double corrupted_mse, corrupted_psnr, corrupted_ssim; /* of the input itself; 0 if it was not */
    int classes;
    int64_t class_images[LS_CLASSES_MAX];
    double class_mse[LS_CLASSES_MAX]; /* 0 for a class without images */
    /* Of a task whose outputs are scores of classes these, and nothing above but images and
     * classes: as its validation gives them. */
    double loss, measure, figure;
    ls_task_counts counts;
} ls_evaluation;
/* Collective. */
ls_status ls_evaluate(ls_trained *trained, ls_split split, ls_comm *comm, ls_evaluation *out);

/* 10 log10(1 / mse) in dB for data range 1, at most 100. Local. */
double ls_psnr(double mse);

/* Local. Refuses a model whose outputs are no images, which the caller is about to make. */
ls_status ls_require_images(const ls_trained *trained);

/* --- images ----------------------------------------------------------------------------------- */
/* Collective. The first `count` images of a split above their reconstructions, as a PNG, and
 * between them, if they are corrupted, what the network was shown; *done is how many there were.
 * Of a model that tells each pixel's class: above their true masks and those found, each class in
 * a colour. Where out_path ends with .h5: a sealed HDF5 file of the same, /originals uint8 [N, h,
 * w, c], /inputs (if they are corrupted) and /reconstructions float32, not clamped. */
ls_status ls_reconstruct(ls_trained *trained, ls_split split, int64_t count, const char *out_path,
                         ls_comm *comm, int64_t *done);
/* Local. The same for own PNG files [count] of the model's shape, which are shown as they are. */
ls_status ls_reconstruct_files(ls_trained *trained, int count, const char *const *paths,
                               const char *out_path);

/* --- codes ------------------------------------------------------------------------------------ */
/* Collective. What the encoder (layer NULL) or the layer of this path gives for all clean images of
 * a split, in the data set's order, in a sealed HDF5 file that appears whole or not at all:
 * /codes float32 [N, L] or [N, h, w, c], /labels uint8 [N]. The written shape goes to *shape. */
ls_status ls_encode(ls_trained *trained, ls_split split, const char *layer, const char *out_path,
                    ls_comm *comm, int64_t *images, ls_shape *shape);
/* Local. The first `count` rows of /codes of a sealed file through the decoder, as a PNG; *done is
 * how many there were. */
ls_status ls_decode(ls_trained *trained, const char *codes_path, int64_t count,
                    const char *out_path, int64_t *done);

/* --- samples ---------------------------------------------------------------------------------- */
/* Local. What the decoder makes of `count` codes drawn from the standard normal, as a PNG. Code i
 * is a function of (seed, i) alone. Only of a network with a gaussian layer, whose training has
 * pulled codes there; others are refused. */
ls_status ls_sample(ls_trained *trained, int64_t seed, int count, const char *out_path);
/* Collective. For each pair of a split's clean images, by their numbers [2 * pairs] from 0, a row
 * of what the decoder makes of `steps` >= 2 codes on the line from the first one's to the second
 * one's, both included, as a PNG; a gaussian layer's code is its mean. */
ls_status ls_interpolate(ls_trained *trained, ls_split split, int pairs, const int64_t *images,
                         int steps, const char *out_path, ls_comm *comm);

#endif
