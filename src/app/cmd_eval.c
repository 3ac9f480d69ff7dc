/* lockstep eval: how well a trained model reconstructs a whole split. */
#include "trained.h"

#include "lockstep/base/real.h"

#include <inttypes.h>

/* What is shown. */
typedef struct view {
    ls_split split;
    const ls_task *task;
    ls_evaluation own;
    const char *against; /* the other checkpoint's path; NULL = none */
    double against_mse;
} view;

/* By how much the model's error is below the other's, in dB. */
static double against_db(const view *v)
{
    return 10 * ls_log10(v->against_mse / v->own.mse);
}

static void print_table(const view *v, ls_text *out)
{
    const ls_evaluation *e = &v->own;
    ls_text_add(out, "%s split, %" PRId64 " images\n", ls_split_name(v->split), e->images);
    ls_text_add(out, "  MSE   %.8f\n  MAE   %.8f\n", e->mse, e->mae);
    ls_text_add(out, "  PSNR  %.4f dB   (mean of the images' own: %.4f dB)\n", e->psnr,
                e->psnr_mean_of_images);
    ls_text_add(out, "  SSIM  %.6f\n", e->ssim);
    if (e->corrupted) {
        ls_text_add(out, "  of the corrupted input: MSE %.8f  PSNR %.4f dB  SSIM %.6f\n",
                    e->corrupted_mse, e->corrupted_psnr, e->corrupted_ssim);
    }
    ls_text_add(out, "  %.4f %% of the code's values are exactly 0\n", 100 * e->code_zeros);
    for (int i = 0; i < e->classes; i++) {
        ls_text_add(out, "  class %3d  %6" PRId64 " images  MSE %.8f\n", i, e->class_images[i],
                    e->class_mse[i]);
    }
    if (v->against != NULL) {
        ls_text_add(out, "  %+.4f dB against %s, MSE %.8f\n", against_db(v), v->against,
                    v->against_mse);
    }
}

static void add_number(ls_text *out, const char *name, double value)
{
    ls_text_add(out, "\"%s\": ", name);
    ls_text_add_json_number(out, value);
    ls_text_add(out, ", ");
}

static void print_json(const view *v, ls_text *out)
{
    const ls_evaluation *e = &v->own;
    ls_text_add(out, "{\"split\": \"%s\", \"images\": %" PRId64 ", ", ls_split_name(v->split),
                e->images);
    add_number(out, "mse", e->mse);
    add_number(out, "mae", e->mae);
    add_number(out, "psnr", e->psnr);
    add_number(out, "psnr_mean_of_images", e->psnr_mean_of_images);
    add_number(out, "ssim", e->ssim);
    add_number(out, "code_zeros", e->code_zeros);
    if (e->corrupted) {
        add_number(out, "corrupted_mse", e->corrupted_mse);
        add_number(out, "corrupted_psnr", e->corrupted_psnr);
        add_number(out, "corrupted_ssim", e->corrupted_ssim);
    }
    if (v->against != NULL) {
        ls_text_add(out, "\"against\": ");
        ls_text_add_json_string(out, v->against);
        ls_text_add(out, ", ");
        add_number(out, "against_mse", v->against_mse);
        add_number(out, "against_db", against_db(v));
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

/* --- of classes ------------------------------------------------------------------------------- */

static void print_class_table(const view *v, ls_text *out)
{
    const ls_evaluation *e = &v->own;
    bool masks = v->task->truth == LS_TRUTH_MASK;
    ls_text_add(out, "%s split, %" PRId64 " images\n  loss %.8f\n  %s %.6f\n",
                ls_split_name(v->split), e->images, e->loss, v->task->measure_title, e->measure);
    if (v->task->figure != NULL) {
        ls_text_add(out, "  %s %.6f\n", v->task->figure_title, e->figure);
    }
    for (int i = 0; i < e->classes; i++) {
        ls_text_add(out, "  class %3d  %9" PRId64 " %s  accuracy %.6f  IoU %.6f\n", i,
                    e->counts.places[i], masks ? "pixels" : "images",
                    ls_task_class_accuracy(&e->counts, i), ls_task_class_iou(&e->counts, i));
    }
}

static void add_classes(ls_text *out, const ls_evaluation *e, const char *name,
                        double (*value)(const ls_task_counts *counts, int k))
{
    ls_text_add(out, ", \"%s\": [", name);
    for (int i = 0; i < e->classes; i++) {
        ls_text_add(out, "%s", i > 0 ? ", " : "");
        ls_text_add_json_number(out, value(&e->counts, i));
    }
    ls_text_add(out, "]");
}

static void print_class_json(const view *v, ls_text *out)
{
    const ls_evaluation *e = &v->own;
    ls_text_add(out, "{\"split\": \"%s\", \"images\": %" PRId64 ", ", ls_split_name(v->split),
                e->images);
    add_number(out, v->task->measure, e->measure);
    if (v->task->figure != NULL) {
        add_number(out, v->task->figure, e->figure);
    }
    ls_text_add(out, "\"loss\": ");
    ls_text_add_json_number(out, e->loss);
    add_classes(out, e, "class_accuracy", ls_task_class_accuracy);
    add_classes(out, e, "class_iou", ls_task_class_iou);
    ls_text_add(out, "}\n");
}

/* ---------------------------------------------------------------------------------------------- */

/* The other checkpoint over the very images of the first, whatever it was trained on. */
static ls_status evaluate_other(app_job *job, const ls_trained *trained, view *v)
{
    static ls_trained other; /* too large for comfort on the stack, and so is what follows */
    static ls_evaluation result;
    const app_line *line = &job->line;
    ls_status status =
        ls_trained_open(&other, v->against, line->setting_count, line->settings, job->comm);
    if (status == LS_OK) {
        status = ls_require_images(&other);
    }
    if (status == LS_OK) {
        other.config = trained->config;
        status = ls_evaluate(&other, v->split, job->comm, &result);
        v->against_mse = result.mse;
    }
    ls_trained_close(&other);
    return status;
}

static ls_status evaluate(app_job *job, ls_trained *trained)
{
    static view v; /* per class: too large for comfort on the stack */
    v.against = job->line.values[APP_AGAINST];
    if (v.against != NULL) {
        LS_TRY(ls_require_images(trained)); /* errors of images are compared */
    }
    LS_TRY(app_line_split(&job->line, &v.split));
    LS_TRY(ls_evaluate(trained, v.split, job->comm, &v.own));
    v.task = ls_task_of(&trained->config);
    if (v.against != NULL) {
        LS_TRY(evaluate_other(job, trained, &v));
    }
    ls_text text = {0};
    bool json = app_line_has(&job->line, APP_JSON);
    if (v.task->truth == LS_TRUTH_NONE) {
        (json ? print_json : print_table)(&v, &text);
    } else {
        (json ? print_class_json : print_class_table)(&v, &text);
    }
    return app_print(job, &text);
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, evaluate);
}

const app_command app_cmd_eval = {
    .name = "eval",
    .usage = "CHECKPOINT [--split test|train] [--against OTHER.h5] [--json] [section.key=value "
             "...]",
    .summary = "Measure MSE, PSNR and SSIM, or accuracy, of a trained model over a whole split",
    .about = "Every image counts once, and any number of ranks gives the same numbers to the last\n"
             "digit. data.*, corrupt.*, backend.* and train.lane can be set; data.path names\n"
             "other images. Where the input is corrupted, it and the output are compared to the\n"
             "clean images. Of a model of train.task = classify or segment it gives the loss, the\n"
             "accuracy and the intersection over union instead, of each class too. --against\n"
             "measures another checkpoint, such as lockstep pca's, over the same images, and says\n"
             "in dB by how much the first one's MSE is lower.\n",
    .example = "  lockstep eval run/checkpoints/best.h5 --json\n"
               "  lockstep eval run/checkpoints/best.h5 corrupt.sigma_low=25 "
               "corrupt.sigma_high=25\n",
    .options = APP_TAKES(APP_SPLIT) | APP_TAKES(APP_AGAINST) | APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_checkpoint,
    .run = run,
};
