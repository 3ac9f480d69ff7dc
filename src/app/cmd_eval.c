/* lockstep eval: how well a trained model reconstructs a whole split. */
#include "trained.h"

#include <inttypes.h>

static void print_table(const ls_evaluation *e, ls_split split, ls_text *out)
{
    ls_text_add(out, "%s split, %" PRId64 " images\n", ls_split_name(split), e->images);
    ls_text_add(out, "  MSE   %.8f\n  MAE   %.8f\n", e->mse, e->mae);
    ls_text_add(out, "  PSNR  %.4f dB   (mean of the images' own: %.4f dB)\n", e->psnr,
                e->psnr_mean_of_images);
    ls_text_add(out, "  SSIM  %.6f\n", e->ssim);
    if (e->corrupted) {
        ls_text_add(out, "  of the corrupted input: MSE %.8f  PSNR %.4f dB  SSIM %.6f\n",
                    e->corrupted_mse, e->corrupted_psnr, e->corrupted_ssim);
    }
    for (int i = 0; i < e->classes; i++) {
        ls_text_add(out, "  class %3d  %6" PRId64 " images  MSE %.8f\n", i, e->class_images[i],
                    e->class_mse[i]);
    }
}

static void add_number(ls_text *out, const char *name, double value)
{
    ls_text_add(out, "\"%s\": ", name);
    ls_text_add_json_number(out, value);
    ls_text_add(out, ", ");
}

static void print_json(const ls_evaluation *e, ls_split split, ls_text *out)
{
    ls_text_add(out, "{\"split\": \"%s\", \"images\": %" PRId64 ", ", ls_split_name(split),
                e->images);
    add_number(out, "mse", e->mse);
    add_number(out, "mae", e->mae);
    add_number(out, "psnr", e->psnr);
    add_number(out, "psnr_mean_of_images", e->psnr_mean_of_images);
    add_number(out, "ssim", e->ssim);
    if (e->corrupted) {
        add_number(out, "corrupted_mse", e->corrupted_mse);
        add_number(out, "corrupted_psnr", e->corrupted_psnr);
        add_number(out, "corrupted_ssim", e->corrupted_ssim);
    }
    ls_text_add(out, "\"per_class\": [");
    for (int i = 0; i < e->classes; i++) {
        ls_text_add(out, "%s{\"class\": %d, \"images\": %" PRId64 ", \"mse\": ", i > 0 ? ", " : "",
                    i, e->class_images[i]);
        ls_text_add_json_number(out, e->class_mse[i]);
        ls_text_add(out, "}");
    }
    ls_text_add(out, "]}\n");
}

static ls_status evaluate(app_job *job, ls_trained *trained)
{
    static ls_evaluation result; /* per class: too large for comfort on the stack */
    ls_split split;
    LS_TRY(app_line_split(&job->line, &split));
    LS_TRY(ls_evaluate(trained, split, job->comm, &result));
    ls_text text = {0};
    (app_line_has(&job->line, APP_JSON) ? print_json : print_table)(&result, split, &text);
    return app_print(job, &text);
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, evaluate);
}

const app_command app_cmd_eval = {
    .name = "eval",
    .usage = "CHECKPOINT [--split test|train] [--json] [section.key=value ...]",
    .summary = "Measure MSE, MAE, PSNR and SSIM of a trained model over a whole split",
    .about = "Every image counts once, and any number of ranks gives the same numbers to the last\n"
             "digit. data.*, corrupt.*, backend.* and train.lane can be set; data.path names\n"
             "other images. Where the input is corrupted, it and the output are compared to the\n"
             "clean images.\n",
    .example = "  lockstep eval run/checkpoints/best.h5 --json\n"
               "  lockstep eval run/checkpoints/best.h5 corrupt.sigma_low=25 "
               "corrupt.sigma_high=25\n",
    .options = APP_TAKES(APP_SPLIT) | APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_checkpoint,
    .run = run,
};
