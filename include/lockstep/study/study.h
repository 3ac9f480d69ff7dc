/* What is done with a trained model. Functions are collective and print nothing. */
#ifndef LOCKSTEP_STUDY_STUDY_H
#define LOCKSTEP_STUDY_STUDY_H

#include "lockstep/base/status.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/source.h"
#include "lockstep/data/tools.h"
#include "lockstep/model/model.h"

/* --- a model out of a checkpoint -------------------------------------------------------------- */
typedef struct ls_trained {
    ls_config config; /* the stored one with `arguments` on top (data.*, backend.*, train.lane) */
    const ls_backend *backend;
    ls_model *model; /* owned */
} ls_trained;
ls_status ls_trained_open(ls_trained *out, const char *path, int count,
                          const char *const *arguments, ls_comm *comm);
void ls_trained_close(ls_trained *trained);

/* --- eval ------------------------------------------------------------------------------------- */
/* Exact on any number of ranks: per-image values summed by ls_sum. PSNR of one image is capped at
 * 100 dB; psnr is that of the mean MSE, psnr_mean_of_images the mean of the images' own. */
typedef struct ls_evaluation {
    int64_t images;
    double mse, mae, psnr, psnr_mean_of_images, ssim;
    int classes;
    int64_t class_images[LS_CLASSES_MAX];
    double class_mse[LS_CLASSES_MAX];
} ls_evaluation;
ls_status ls_evaluate(ls_trained *trained, ls_split split, ls_comm *comm, ls_evaluation *out);

/* Structural similarity of one image pair (Wang et al. 2004): Gaussian window 11, sigma 1.5,
 * K1 0.01, K2 0.03, data range 1, population covariance, valid windows only; mean over positions
 * and channels. x, y: [shape] on [0, 1]; scratch: ls_ssim_scratch bytes. Local. Images below 11
 * pixels are refused by ls_ssim_check. */
ls_status ls_ssim_check(ls_shape shape);
size_t ls_ssim_scratch(ls_shape shape);
double ls_ssim(ls_shape shape, const float *x, const float *y, void *scratch);

/* --- images ----------------------------------------------------------------------------------- */
ls_status ls_reconstruct(ls_trained *trained, ls_split split, int count, const char *out_path,
                         ls_comm *comm);
/* Local: own PNG files, of the model's shape. */
ls_status ls_reconstruct_files(ls_trained *trained, int count, const char *const *paths,
                               const char *out_path);

/* --- codes ------------------------------------------------------------------------------------ */
/* The output of the encoder (or of the layer whose path is `layer`) for all images of a split, in
 * the data set's order, into a sealed HDF5 file: /codes [N, ...] float32, /labels. */
ls_status ls_encode(ls_trained *trained, ls_split split, const char *layer, const char *out_path,
                    ls_comm *comm);
/* /codes of a file through the decoder into a sheet (PNG). */
ls_status ls_decode(ls_trained *trained, const char *codes_path, int count, const char *out_path);

#endif
