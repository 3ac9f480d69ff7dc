/* How well a model reconstructs a split: every image once, each of its values in double, summed
 * exactly, so that the result has the same bits on any number of ranks. */
#include "evaluate.h"
#include "share.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/real.h"
#include "lockstep/base/sum.h"
#include "lockstep/loss/loss.h"
#include "lockstep/loss/ssim.h"

#include <math.h>
#include <string.h>

#define PSNR_CAP 100.0 /* dB; of images without any error */

/* Integers alone: ranks' totals are added word by word. */
typedef struct totals {
    ls_sum mse, mae, psnr, ssim;
    ls_sum corrupted_mse, corrupted_ssim; /* of the network's input, if it is corrupted */
    ls_sum class_mse[LS_CLASSES_MAX];
    int64_t class_images[LS_CLASSES_MAX];
    int64_t code_zeros; /* values of codes that are 0 */
} totals;
#define TOTAL_WORDS (sizeof(totals) / sizeof(int64_t))

/* What the walk over a share needs beside it. */
typedef struct meter {
    const ls_trained *trained;
    ls_loss *loss;  /* mse; owned, as all below */
    double *values; /* [lane] each image's MSE */
    void *scratch;  /* of ls_ssim */
    totals *sums;
} meter;

double ls_psnr(double mse)
{
    return mse > 0 ? fmin(PSNR_CAP, 10 * ls_log10(1 / mse)) : PSNR_CAP;
}

/* x, y: [count] */
static double mean_absolute_error(int64_t count, const float *x, const float *y)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += fabs((double)x[i] - (double)y[i]);
    }
    return sum / (double)count;
}

/* x, y: [shape]: one image and its reconstruction. */
static void measure_image(const meter *m, ls_shape shape, const float *x, const float *y,
                          double mse, int label)
{
    totals *sums = m->sums;
    ls_sum_add(&sums->mse, mse);
    ls_sum_add(&sums->mae, mean_absolute_error(ls_shape_count(shape), x, y));
    ls_sum_add(&sums->psnr, ls_psnr(mse));
    ls_sum_add(&sums->ssim, ls_ssim(m->trained->backend, shape, x, y, 0, NULL, m->scratch));
    ls_sum_add(&sums->class_mse[label], mse);
    sums->class_images[label]++;
}

/* input: [n, shape] corrupted images of the lane in share->x. */
static void measure_input(const meter *m, const ls_share *share, int n, const float *input)
{
    int64_t pixels = ls_shape_count(share->shape);
    ls_loss_run(m->loss, n, input, share->x, n, m->values, NULL, NULL);
    for (int i = 0; i < n; i++) {
        ls_sum_add(&m->sums->corrupted_mse, m->values[i]);
        ls_sum_add(&m->sums->corrupted_ssim,
                   ls_ssim(m->trained->backend, share->shape, share->x + i * pixels,
                           input + i * pixels, 0, NULL, m->scratch));
    }
}

/* x: [count] */
static int64_t count_zeros(int64_t count, const float *x)
{
    int64_t zeros = 0;
    for (int64_t i = 0; i < count; i++) {
        zeros += x[i] == 0.0F;
    }
    return zeros;
}

/* x: [n, input]. Returns what the network makes of it, [n, output], and counts its code's zeros. */
static const float *run_network(const meter *m, int n, const float *x)
{
    ls_model *model = m->trained->model;
    int encoder = ls_model_encoder_count(model);
    const float *code = ls_model_run(model, 0, encoder, n, x);
    m->sums->code_zeros += count_zeros(n * ls_shape_count(ls_model_code(model)), code);
    return ls_model_run(model, encoder, ls_model_layer_count(model), n, code);
}

static void measure_share(const meter *m, ls_share *share)
{
    const ls_backend *backend = m->trained->backend;
    int64_t pixels = ls_shape_count(share->shape);
    for (int64_t g = share->low; g < share->high; g++) {
        const uint8_t *labels; /* [n] */
        int n = ls_share_lane(share, backend, g, &labels);
        const float *input = ls_share_input(share, g);
        if (share->corrupted != NULL) {
            measure_input(m, share, n, input);
        }
        const float *y = run_network(m, n, input);
        ls_loss_run(m->loss, n, y, share->x, n, m->values, NULL, NULL);
        for (int i = 0; i < n; i++) {
            measure_image(m, share->shape, share->x + i * pixels, y + i * pixels, m->values[i],
                          labels[i]);
        }
    }
}

static ls_status reserve(meter *m)
{
    void *memory;
    ls_shape shape = ls_model_input(m->trained->model);
    int lane = ls_model_lane(m->trained->model);
    LS_TRY(ls_ssim_check(m->trained->backend, shape));
    LS_TRY(ls_alloc(&memory, sizeof(double) * (size_t)lane, "a lane's errors"));
    m->values = memory;
    LS_TRY(ls_alloc(&m->scratch, ls_ssim_scratch(shape), "the windows of SSIM"));
    LS_TRY(ls_alloc(&memory, sizeof(totals), "the sums of an evaluation"));
    m->sums = memory;
    /* The same as in validation, to the bit. */
    return ls_loss_create(&m->loss, "mse", m->trained->backend, shape, lane);
}

static double mean(const ls_sum *words, int64_t count)
{
    ls_sum sum = {0};
    ls_sum_merge(&sum, words); /* words added by an allreduce become a sum again */
    return count > 0 ? ls_sum_value(&sum) / (double)count : 0;
}

static void conclude(const totals *sums, int classes, int64_t images, ls_evaluation *out)
{
    out->images = images;
    out->corrupted_mse = mean(&sums->corrupted_mse, images);
    out->corrupted_psnr = ls_psnr(out->corrupted_mse);
    out->corrupted_ssim = mean(&sums->corrupted_ssim, images);
    out->classes = classes;
    out->mse = mean(&sums->mse, images);
    out->mae = mean(&sums->mae, images);
    out->ssim = mean(&sums->ssim, images);
    out->psnr = ls_psnr(out->mse);
    out->psnr_mean_of_images = mean(&sums->psnr, images);
    for (int i = 0; i < classes && i < LS_CLASSES_MAX; i++) {
        out->class_images[i] = sums->class_images[i];
        out->class_mse[i] = mean(&sums->class_mse[i], sums->class_images[i]);
    }
}

static ls_status evaluate(meter *m, ls_share *share, ls_split split, ls_comm *comm,
                          ls_evaluation *out)
{
    LS_TRY(ls_comm_agree(comm, reserve(m)));
    LS_TRY(ls_share_open(share, m->trained, split, 0, 1, comm));
    measure_share(m, share);
    int64_t words[TOTAL_WORDS];
    memcpy(words, m->sums, sizeof words);
    LS_TRY(ls_comm_sum_i64(comm, words, TOTAL_WORDS));
    memcpy(m->sums, words, sizeof words);
    out->corrupted = share->corrupted != NULL;
    conclude(m->sums, share->classes, share->lanes.images, out);
    int64_t code = ls_shape_count(ls_model_code(m->trained->model));
    out->code_zeros = (double)m->sums->code_zeros / (double)(out->images * code);
    return LS_OK;
}

ls_status ls_evaluate(ls_trained *trained, ls_split split, ls_comm *comm, ls_evaluation *out)
{
    memset(out, 0, sizeof *out);
    if (ls_task_of(&trained->config)->truth != LS_TRUTH_NONE) {
        return ls_evaluate_classes(trained, split, comm, out);
    }
    meter m = {.trained = trained};
    ls_share share = {0};
    ls_status status = evaluate(&m, &share, split, comm, out);
    ls_share_close(&share);
    ls_loss_destroy(m.loss);
    ls_free(m.values);
    ls_free(m.scratch);
    ls_free(m.sums);
    return status;
}
